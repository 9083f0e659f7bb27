//! One thread pushes N bare functions into its own FIFO deque and then runs what is left; a second one steals in batches.
//! Neither sleeps.
//!
//! Usage: crossbeam-peer rounds count...

mod job;

use crossbeam_deque::{Steal, Stealer, Worker};
use job::small_job;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

#[derive(Clone, Copy)]
struct Job {
    function: fn(usize),
    argument: usize,
}

/// Run until all `count` jobs are done. The thief announces what it has run after every batch.
fn steal_until(stealer: &Stealer<Job>, stolen: &AtomicU64, done: &AtomicBool) {
    let own = Worker::new_fifo();
    let mut ran = 0;
    while !done.load(Ordering::Acquire) {
        if let Steal::Success(job) = stealer.steal_batch_and_pop(&own) {
            (job.function)(job.argument);
            ran += 1;
            while let Some(job) = own.pop() {
                (job.function)(job.argument);
                ran += 1;
            }
            stolen.store(ran, Ordering::Release);
        } else {
            std::hint::spin_loop();
        }
    }
}

/// Seconds, and the smaller thread's share of the jobs.
fn hot_core(count: u64) -> (f64, f64) {
    let own = Worker::new_fifo();
    let stealer = own.stealer();
    let (stolen, done, ready) = (AtomicU64::new(0), AtomicBool::new(false), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            ready.store(true, Ordering::Release);
            steal_until(&stealer, &stolen, &done);
        });
        while !ready.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
        let start = Instant::now();
        for argument in 0..count {
            own.push(Job { function: small_job, argument: (argument & 1) as usize });
        }
        let mut ran = 0;
        while let Some(job) = own.pop() {
            (job.function)(job.argument);
            ran += 1;
        }
        while ran + stolen.load(Ordering::Acquire) < count {
            std::hint::spin_loop();
        }
        let seconds = start.elapsed().as_secs_f64();
        done.store(true, Ordering::Release);
        (seconds, ran.min(count - ran) as f64 / count as f64)
    })
}

fn inline(count: u64) -> f64 {
    let start = Instant::now();
    for argument in 0..count {
        small_job((argument & 1) as usize);
    }
    start.elapsed().as_secs_f64()
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let rounds = arguments.next().unwrap_or(1);
    for count in arguments {
        let mut runs: Vec<(f64, f64)> = (0..rounds).map(|_| hot_core(count)).collect();
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (seconds, share) = runs[runs.len() / 2];
        let bare = (0..rounds).map(|_| inline(count)).fold(f64::INFINITY, f64::min);
        println!(r#"{{"jobs": {count}, "seconds": {seconds:e}, "least_share": {share}, "inline": {bare:e}}}"#);
    }
}
