declare void @llvm.prefetch.p0(ptr, i32 immarg, i32 immarg, i32 immarg) nounwind
define void @run(ptr %data, ptr %strides, i64 %count, ptr %frame) nounwind "no-builtins" "frame-pointer"="none"  {
entry:
  %1 = getelementptr inbounds ptr, ptr %data, i64 0
  %2 = load ptr, ptr %1, align 8
  %3 = getelementptr inbounds ptr, ptr %data, i64 1
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds ptr, ptr %data, i64 2
  %6 = load ptr, ptr %5, align 8
  br label %loop
loop:
  %row = phi i64 [ 0, %entry ], [ %next, %latch.7 ]
  %8 = shl i64 %row, 3
  %9 = getelementptr inbounds i8, ptr %2, i64 %8
  %10 = getelementptr i8, ptr %9, i64 2048
  call void @llvm.prefetch.p0(ptr %10, i32 0, i32 3, i32 1)
  %11 = load <8 x double>, ptr %9, align 8
  %12 = fmul <8 x double> %11, %11
  %13 = fmul <8 x double> %12, %12
  %14 = fmul <8 x double> %11, splat (double 0x4010000000000000)
  %15 = getelementptr inbounds i8, ptr %4, i64 %8
  %16 = getelementptr i8, ptr %15, i64 2048
  call void @llvm.prefetch.p0(ptr %16, i32 0, i32 3, i32 1)
  %17 = load <8 x double>, ptr %15, align 8
  %18 = fneg <8 x double> %14
  %19 = call <8 x double> @llvm.fma.v8f64(<8 x double> %18, <8 x double> %17, <8 x double> %13)
  %20 = getelementptr inbounds i8, ptr %6, i64 %8
  store <8 x double> %19, ptr %20, align 64, !nontemporal !1
  br label %latch.7
latch.7:
  %next = add nuw i64 %row, 8
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  fence seq_cst
  ret void
}

!0 = !{!"branch_weights", i32 1, i32 100000}
!1 = !{i32 1}
