//! What Tokio needs for the work of bench_spawn.py: one JSON line a row, the best of several runs.
//!
//!     cargo run --release -- [quick]
//!
//! "mt2": two workers, the parent is the future that `block_on` drives; "ct": the current-thread runtime.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

fn runtimes() -> Vec<(&'static str, Runtime)> {
    vec![
        ("mt2", Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()),
        ("ct", Builder::new_current_thread().enable_time().build().unwrap()),
    ]
}

async fn spawn_all(count: usize) -> Duration {
    let began = Instant::now();
    let handles: Vec<_> = (0..count).map(|_| tokio::spawn(async { black_box(1usize) })).collect();
    let mut total = 0;
    for handle in handles {
        total += handle.await.unwrap();
    }
    assert_eq!(total, count);
    began.elapsed()
}

/// Yields in turn; returns after how many of them another task had run.
async fn count_switches(tasks: usize, each: usize) -> usize {
    let last = Arc::new(AtomicUsize::new(usize::MAX));
    let others = Arc::new(AtomicUsize::new(0));
    let handles: Vec<_> = (0..tasks)
        .map(|me| {
            let (last, others) = (last.clone(), others.clone());
            tokio::spawn(async move {
                for _ in 0..each {
                    last.store(me, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    if last.load(Ordering::Relaxed) != me {
                        others.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for handle in handles {
        handle.await.unwrap();
    }
    others.load(Ordering::Relaxed)
}

/// The same work without the counting.
async fn yields(tasks: usize, each: usize) -> Duration {
    let began = Instant::now();
    let handles: Vec<_> = (0..tasks)
        .map(|_| {
            tokio::spawn(async move {
                for _ in 0..each {
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for handle in handles {
        handle.await.unwrap();
    }
    began.elapsed()
}

async fn ping_pong(rounds: usize) -> Duration {
    let (to, mut from_here) = mpsc::channel::<usize>(64);
    let (back, mut from_there) = mpsc::channel::<usize>(64);
    let began = Instant::now();
    let echo = tokio::spawn(async move {
        while let Some(message) = from_here.recv().await {
            back.send(message).await.unwrap();
        }
    });
    for message in 0..rounds {
        to.send(message).await.unwrap();
        assert_eq!(from_there.recv().await, Some(message));
    }
    drop(to);
    echo.await.unwrap();
    began.elapsed()
}

async fn stream(count: usize, capacity: usize) -> Duration {
    let (to, mut from) = mpsc::channel::<usize>(capacity);
    let began = Instant::now();
    let producer = tokio::spawn(async move {
        for message in 0..count {
            to.send(message).await.unwrap();
        }
    });
    let mut seen = 0;
    while from.recv().await.is_some() {
        seen += 1;
    }
    producer.await.unwrap();
    assert_eq!(seen, count);
    began.elapsed()
}

/// 10,000 sleeps of 1 to 20 ms at once: lateness at p50 and p99, and how many woke early.
async fn sleeps() -> (f64, f64, usize) {
    let handles: Vec<_> = (0..10_000u64)
        .map(|index| {
            tokio::spawn(async move {
                let wanted = Duration::from_micros(1_000 + index * 19_000 / 10_000);
                let began = Instant::now();
                tokio::time::sleep(wanted).await;
                began.elapsed().as_secs_f64() - wanted.as_secs_f64()
            })
        })
        .collect();
    let mut late = Vec::new();
    for handle in handles {
        late.push(handle.await.unwrap() * 1e3);
    }
    late.sort_by(f64::total_cmp);
    let early = late.iter().filter(|late| **late < 0.0).count();
    (late[late.len() / 2], late[late.len() * 99 / 100], early)
}

fn best(repeats: usize, mut run: impl FnMut() -> Duration) -> f64 {
    (0..repeats).map(|_| run().as_nanos() as f64).fold(f64::INFINITY, f64::min)
}

fn row(case: &str, count: usize, runtime: &str, each: f64) {
    println!("{{\"case\": \"{case}\", \"count\": {count}, \"ns\": {{\"tokio {runtime}\": {each:.1}}}}}");
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "quick");
    for (name, runtime) in runtimes() {
        for (count, repeats) in [(1_000, 200), (10_000, 50), (100_000, 11), (1_000_000, 5)] {
            if quick && count > 100_000 {
                continue;
            }
            let took = best(repeats, || runtime.block_on(spawn_all(count)));
            row("spawn", count, name, took / count as f64);
        }
        for (tasks, repeats) in [(10, 200), (1_000, 11)] {
            let count = tasks * 100;
            let seen = runtime.block_on(count_switches(tasks, 100));
            // Tokio wakes those that gave way last in, first out, so in each round one task runs twice on end; and two
            // workers may each run one task alone, if the machine is busy.
            assert!(name != "ct" || seen * 10 >= count * 8);
            println!("{{\"case\": \"yields\", \"count\": {count}, \"seen\": {{\"tokio {name}\": {seen}}}}}");
            let took = best(repeats, || runtime.block_on(yields(tasks, 100)));
            row("yields", count, name, took / count as f64);
        }
        let rounds = 20_000;
        row("ping-pong", rounds, name, best(5, || runtime.block_on(ping_pong(rounds))) / (2 * rounds) as f64);
        for capacity in [64, 1] {
            let count = 200_000;
            let took = best(5, || runtime.block_on(stream(count, capacity)));
            row(&format!("stream, capacity {capacity}"), count, name, took / count as f64);
        }
        let (p50, p99, early) = runtime.block_on(sleeps());
        println!(
            "{{\"case\": \"sleeps\", \"count\": 10000, \"ms late\": {{\"tokio {name}\": [{p50:.2}, {p99:.2}]}}, \"early\": {early}}}"
        );
    }
}
