//! Time egg on the cases of `rssn/benchmarks/bench_egraph.py`.
//!
//! `egg-peer CASE NODE_LIMIT SCHEDULER ROUNDS` runs one case several times and prints
//! `{"case", "seconds", "nodes", "classes", "iterations", "stop"}`. `nodes` counts what is live after
//! the last rebuild: egg's own limit counts stale table entries too.

mod math;
mod sums;

use std::time::Instant;

use egg::{Analysis, BackoffScheduler, EGraph, Language, RecExpr, Rewrite, Runner, SimpleScheduler};

/// What one run found.
struct Outcome {
    seconds: f64,
    nodes: usize,
    classes: usize,
    iterations: usize,
    stop: String,
}

/// Run one expression to saturation or the limit, and time it without building or dropping the graph.
fn once<L, A>(start: &RecExpr<L>, rules: &[Rewrite<L, A>], limit: usize, simple: bool) -> Outcome
where
    L: Language + 'static,
    A: Analysis<L> + Default + 'static,
{
    let runner = Runner::<L, A>::default()
        .with_egraph(EGraph::new(A::default()))
        .with_node_limit(limit)
        .with_iter_limit(10_000)
        .with_time_limit(std::time::Duration::from_secs(120))
        .with_expr(start);
    let runner = if simple {
        runner.with_scheduler(SimpleScheduler)
    } else {
        runner.with_scheduler(BackoffScheduler::default())
    };
    let begin = Instant::now();
    let runner = runner.run(rules);
    Outcome {
        seconds: begin.elapsed().as_secs_f64(),
        nodes: runner.egraph.total_number_of_nodes(),
        classes: runner.egraph.number_of_classes(),
        iterations: runner.iterations.len(),
        stop: format!("{:?}", runner.stop_reason.unwrap()),
    }
}

/// The fastest of several runs.
fn best<L, A>(start: &str, rules: &[Rewrite<L, A>], limit: usize, simple: bool, rounds: usize) -> Outcome
where
    L: Language + egg::FromOp<Error: std::fmt::Debug> + 'static,
    A: Analysis<L> + Default + 'static,
{
    let start: RecExpr<L> = start.parse().unwrap_or_else(|error| panic!("{start}: {error:?}"));
    (0..rounds)
        .map(|_| once(&start, rules, limit, simple))
        .min_by(|a, b| a.seconds.total_cmp(&b.seconds))
        .expect("at least one round")
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rules, start, limit, scheduler, rounds] = &arguments[..] else {
        eprintln!("usage: egg-peer ac|distribute|factor|math EXPRESSION NODE_LIMIT simple|backoff ROUNDS");
        std::process::exit(2);
    };
    let (limit, rounds) = (limit.parse().expect("a number"), rounds.parse().expect("a number"));
    let simple = scheduler == "simple";
    let found = match rules.as_str() {
        "math" => best(start, &math::rules(), limit, simple, rounds),
        name => best(start, &sums::rules(name), limit, simple, rounds),
    };
    println!(
        "{{\"seconds\": {}, \"nodes\": {}, \"classes\": {}, \"iterations\": {}, \"stop\": \"{}\"}}",
        found.seconds, found.nodes, found.classes, found.iterations, found.stop
    );
}
