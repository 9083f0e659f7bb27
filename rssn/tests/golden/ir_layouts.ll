define void @run(ptr %data, ptr %strides, i64 %count, ptr %frame) nounwind "no-builtins" "frame-pointer"="none"  {
entry:
  %1 = getelementptr inbounds ptr, ptr %data, i64 0
  %2 = load ptr, ptr %1, align 8
  %3 = getelementptr inbounds i64, ptr %strides, i64 0
  %4 = load i64, ptr %3, align 8
  %5 = getelementptr inbounds ptr, ptr %data, i64 1
  %6 = load ptr, ptr %5, align 8
  %7 = getelementptr inbounds ptr, ptr %data, i64 2
  %8 = load ptr, ptr %7, align 8
  %9 = getelementptr inbounds ptr, ptr %data, i64 3
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds i64, ptr %strides, i64 3
  %12 = load i64, ptr %11, align 8
  %13 = load double, ptr %6, align 8
  %14 = insertelement <4 x double> poison, double %13, i32 0
  %15 = shufflevector <4 x double> %14, <4 x double> poison, <4 x i32> zeroinitializer
  br label %loop
loop:
  %row = phi i64 [ 0, %entry ], [ %next, %latch.16 ]
  %17 = mul i64 %row, %4
  %18 = getelementptr inbounds i8, ptr %2, i64 %17
  %19 = load double, ptr %18, align 8
  %20 = getelementptr inbounds i8, ptr %18, i64 %4
  %21 = load double, ptr %20, align 8
  %22 = getelementptr inbounds i8, ptr %20, i64 %4
  %23 = load double, ptr %22, align 8
  %24 = getelementptr inbounds i8, ptr %22, i64 %4
  %25 = load double, ptr %24, align 8
  %26 = insertelement <4 x double> poison, double %19, i32 0
  %27 = insertelement <4 x double> %26, double %21, i32 1
  %28 = insertelement <4 x double> %27, double %23, i32 2
  %29 = insertelement <4 x double> %28, double %25, i32 3
  %30 = call <4 x double> @llvm.sqrt.v4f64(<4 x double> %29)
  %31 = shl i64 %row, 3
  %32 = getelementptr inbounds i8, ptr %8, i64 %31
  %33 = load <4 x i64>, ptr %32, align 8
  %34 = sitofp <4 x i64> %33 to <4 x double>
  %35 = call <4 x double> @llvm.fma.v4f64(<4 x double> %30, <4 x double> %15, <4 x double> %34)
  %36 = mul i64 %row, %12
  %37 = getelementptr inbounds i8, ptr %10, i64 %36
  %38 = extractelement <4 x double> %35, i32 0
  store double %38, ptr %37, align 8
  %39 = getelementptr inbounds i8, ptr %37, i64 %12
  %40 = extractelement <4 x double> %35, i32 1
  store double %40, ptr %39, align 8
  %41 = getelementptr inbounds i8, ptr %39, i64 %12
  %42 = extractelement <4 x double> %35, i32 2
  store double %42, ptr %41, align 8
  %43 = getelementptr inbounds i8, ptr %41, i64 %12
  %44 = extractelement <4 x double> %35, i32 3
  store double %44, ptr %43, align 8
  br label %latch.16
latch.16:
  %next = add nuw i64 %row, 4
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}

!0 = !{!"branch_weights", i32 1, i32 100000}
!1 = !{i32 1}
