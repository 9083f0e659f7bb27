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
  %9 = getelementptr inbounds i8, ptr %4, i64 %8
  %10 = load <8 x double>, ptr %9, align 8
  %11 = getelementptr inbounds i8, ptr %2, i64 %8
  %12 = load <8 x double>, ptr %11, align 8
  %13 = fadd <8 x double> %10, %12
  %14 = fadd <8 x double> %13, splat (double 0x4024000000000000)
  %15 = getelementptr inbounds i8, ptr %6, i64 %8
  store <8 x double> %14, ptr %15, align 8
  br label %latch.7
latch.7:
  %next = add nuw i64 %row, 8
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}

!0 = !{!"branch_weights", i32 1, i32 100000}
!1 = !{i32 1}
