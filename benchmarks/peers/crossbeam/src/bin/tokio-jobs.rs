//! A task on a runtime of 2 workers spawns N tasks of one job each and awaits them all.
//!
//! Usage: tokio-jobs rounds count...

#[path = "../job.rs"]
mod job;

use std::time::Instant;

async fn hot_core(count: u64) -> f64 {
    let start = Instant::now();
    let tasks: Vec<_> = (0..count).map(|argument| tokio::spawn(async move { job::small_job((argument & 1) as usize) })).collect();
    for task in tasks {
        task.await.expect("a task that can't fail");
    }
    start.elapsed().as_secs_f64()
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("threads");
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().expect("a number"));
    let rounds = arguments.next().unwrap_or(1);
    for count in arguments {
        let mut runs: Vec<f64> = (0..rounds)
            .map(|_| runtime.block_on(async move { tokio::spawn(hot_core(count)).await.expect("a task that can't fail") }))
            .collect();
        runs.sort_by(f64::total_cmp);
        println!(r#"{{"jobs": {count}, "seconds": {:e}}}"#, runs[runs.len() / 2]);
    }
}
