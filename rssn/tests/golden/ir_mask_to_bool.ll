define void @run(ptr %data, ptr %strides, i64 %count, ptr %frame) nounwind "no-builtins" "frame-pointer"="none"  {
entry:
  %1 = getelementptr inbounds ptr, ptr %data, i64 0
  %2 = load ptr, ptr %1, align 8
  %3 = getelementptr inbounds ptr, ptr %data, i64 1
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds ptr, ptr %data, i64 2
  %6 = load ptr, ptr %5, align 8
  %7 = getelementptr inbounds ptr, ptr %data, i64 3
  %8 = load ptr, ptr %7, align 8
  br label %loop
loop:
  %row = phi i64 [ 0, %entry ], [ %next, %latch.9 ]
  %10 = shl i64 %row, 3
  %11 = getelementptr inbounds i8, ptr %2, i64 %10
  %12 = load <4 x double>, ptr %11, align 8
  %13 = getelementptr inbounds i8, ptr %4, i64 %10
  %14 = load <4 x double>, ptr %13, align 8
  %15 = fcmp olt <4 x double> %12, %14
  %16 = getelementptr inbounds i8, ptr %6, i64 %row
  %17 = zext <4 x i1> %15 to <4 x i8>
  store <4 x i8> %17, ptr %16, align 1
  %18 = fneg <4 x double> %14
  %19 = select <4 x i1> %15, <4 x double> %12, <4 x double> %18
  %20 = getelementptr inbounds i8, ptr %8, i64 %10
  store <4 x double> %19, ptr %20, align 8
  br label %latch.9
latch.9:
  %next = add nuw i64 %row, 4
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}

!0 = !{!"branch_weights", i32 1, i32 100000}
!1 = !{i32 1}
