"""LLVM IR that every exported library has, as text: what surrounds the loops over rows.

`{f}` is the name of the formulas, `{count}` the number of their operands, `{size}` the bytes of a number. The first
line of a text is the head of a function; `%data` is an array of pointers, one for each operand, which the callee may
move along.
"""

from typing import Final

ADVANCE: Final = """
void @{f}.advance(ptr %data, ptr %strides, i64 %rows)
  br label %next
next:
  %k = phi i64 [ 0, %entry ], [ %more, %next ]
  %slot = getelementptr ptr, ptr %data, i64 %k
  %old = load ptr, ptr %slot, align 8
  %place = getelementptr i64, ptr %strides, i64 %k
  %stride = load i64, ptr %place, align 8
  %bytes = mul i64 %stride, %rows
  %new = getelementptr i8, ptr %old, i64 %bytes
  store ptr %new, ptr %slot, align 8
  %more = add nuw i64 %k, 1
  %again = icmp ult i64 %more, {count}
  br i1 %again, label %next, label %done
done:
  ret void
"""
"""Step some rows on: each pointer by its stride."""

SOME: Final = """
void @{f}.some(ptr %data, ptr %strides, i64 %rows)
  %any = icmp ne i64 %rows, 0
  br i1 %any, label %go, label %done
go:
  %frame = {frame}
  call void @{f}.single(ptr %data, ptr %strides, i64 %rows, ptr %frame)
  call void @{f}.advance(ptr %data, ptr %strides, i64 %rows)
  br label %done
done:
  ret void
"""
"""Rows before the first and after the last whole vector, possibly none, one by one."""

ANY: Final = """
void @{f}.any(ptr %data, i64 %n)
  %frame = {frame}
  %big = icmp uge i64 %n, {streaming}
  br i1 %big, label %look, label %plain
look:
{alignment}
  br i1 %same, label %stream, label %plain
stream:
  %gap = sub i64 64, %off0
  %lead = and i64 %gap, 63
  %head = udiv i64 %lead, {size}
  call void @{f}.some(ptr %data, ptr {dense}, i64 %head)
  %left = sub i64 %n, %head
  %streamed = and i64 %left, {mask}
  call void @{f}.stream(ptr %data, ptr null, i64 %streamed, ptr %frame)
  br label %rest
plain:
  %whole = and i64 %n, {mask}
  %any = icmp ne i64 %whole, 0
  br i1 %any, label %go, label %rest
go:
  call void @{f}.rows(ptr %data, ptr null, i64 %whole, ptr %frame)
  br label %rest
rest:
  %total = phi i64 [ %left, %stream ], [ %n, %plain ], [ %n, %go ]
  %taken = phi i64 [ %streamed, %stream ], [ 0, %plain ], [ %whole, %go ]
  %last = sub i64 %total, %taken
  call void @{f}.advance(ptr %data, ptr {dense}, i64 %taken)
  call void @{f}.some(ptr %data, ptr {dense}, i64 %last)
  ret void
"""
"""Any number of rows side by side. Streaming stores want whole vectors aligned, in all outputs at once."""

STRIDED_END: Final = """
  %whole = and i64 %n, {mask}
  %any = icmp ne i64 %whole, 0
  br i1 %any, label %go, label %rest
go:
  call void @{f}.strided(ptr %data, ptr %strides, i64 %whole, ptr %frame)
  call void @{f}.advance(ptr %data, ptr %strides, i64 %whole)
  br label %rest
rest:
  %last = sub i64 %n, %whole
  call void @{f}.some(ptr %data, ptr %strides, i64 %last)
  ret void
"""
"""The end of a function for any strides."""

WORKER: Final = """
ptr @{f}.worker(ptr %job)
  %own = alloca [{count} x ptr], align 16
  %shared = load ptr, ptr %job, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr %own, ptr %shared, i64 {pointers}, i1 false)
  %place = getelementptr i64, ptr %job, i64 1
  %first = load i64, ptr %place, align 8
  %size = getelementptr i64, ptr %job, i64 2
  %rows = load i64, ptr %size, align 8
  call void @{f}.advance(ptr %own, ptr {dense}, i64 %first)
  call void @{f}.any(ptr %own, i64 %rows)
  ret ptr null
"""
"""What a thread does. A job is four words: the pointers, the first row, the number of rows, and its thread."""

SPLIT: Final = """
void @{f}.split(ptr %data, i64 %n, i32 %threads)
  %jobs = alloca [{most} x [4 x i64]], align 16
  %asked = sext i32 %threads to i64
  %few = icmp slt i64 %asked, 1
  %online = call i64 @sysconf(i32 84)
  %wanted = select i1 %few, i64 %online, i64 %asked
  %least = call i64 @llvm.smax.i64(i64 %wanted, i64 1)
  %parts = call i64 @llvm.smin.i64(i64 %least, i64 {most})
  %even = udiv i64 %n, %parts
  %up = add i64 %even, 64
  %block = and i64 %up, -64
  br label %start
start:
  %k = phi i64 [ 0, %entry ], [ %following, %started ]
  %first = mul i64 %k, %block
  %left = sub i64 %n, %first
  %rows = call i64 @llvm.smin.i64(i64 %left, i64 %block)
  %job = getelementptr [4 x i64], ptr %jobs, i64 %k
  store ptr %data, ptr %job, align 8
  %place = getelementptr i64, ptr %job, i64 1
  store i64 %first, ptr %place, align 8
  %size = getelementptr i64, ptr %job, i64 2
  store i64 %rows, ptr %size, align 8
  %thread = getelementptr i64, ptr %job, i64 3
  %following = add nuw i64 %k, 1
  %is_last = icmp sle i64 %left, %block
  br i1 %is_last, label %here, label %create
create:
  %failed = call i32 @pthread_create(ptr %thread, ptr null, ptr @{f}.worker, ptr %job)
  %is_well = icmp eq i32 %failed, 0
  br i1 %is_well, label %started, label %alone
alone:
  store i64 0, ptr %thread, align 8
  %nothing = call ptr @{f}.worker(ptr %job)
  br label %started
started:
  br label %start
here:
  %empty = icmp sle i64 %n, 0
  br i1 %empty, label %done, label %own
own:
  %none = call ptr @{f}.worker(ptr %job)
  br label %wait
wait:
  %j = phi i64 [ 0, %own ], [ %after, %waited ]
  %over = icmp eq i64 %j, %k
  br i1 %over, label %done, label %look
look:
  %other = getelementptr [4 x i64], ptr %jobs, i64 %j
  %slot = getelementptr i64, ptr %other, i64 3
  %handle = load i64, ptr %slot, align 8
  %is_thread = icmp ne i64 %handle, 0
  br i1 %is_thread, label %join, label %waited
join:
  %joined = call i32 @pthread_join(i64 %handle, ptr null)
  br label %waited
waited:
  %after = add nuw i64 %j, 1
  br label %wait
done:
  ret void
"""
"""Rows in blocks of a multiple of 64 to as many threads; the last block stays with the caller, who waits for all."""
