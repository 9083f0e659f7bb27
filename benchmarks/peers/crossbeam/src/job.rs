//! The job: the sum of 0..99, which the compiler may not shorten.

use std::hint::black_box;

pub fn small_job(argument: usize) {
    let mut sum = argument;
    for number in 0..100_usize {
        sum = sum.wrapping_add(number);
        // SAFETY: no instruction at all, only the claim that `sum` may have changed.
        unsafe { std::arch::asm!("/* {0} */", inout(reg) sum, options(nomem, nostack, preserves_flags)) };
    }
    black_box(sum);
}
