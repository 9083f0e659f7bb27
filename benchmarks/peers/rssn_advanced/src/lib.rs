//! rssn-advanced behind a few C functions: parse, compile in one of its modes, run over columns.

use rssn_advanced::ast::convert::dag_to_ast;
use rssn_advanced::dag::builder::DagBuilder;
use rssn_advanced::jit::compiler::{CompiledBatchFn, CompiledExprFn, JitCompiler};
use rssn_advanced::parser::expr::parse_expression;
use std::time::Instant;

/// A compiled formula in the variables x, y, z, and the compiler that owns its code.
pub struct Kernel {
    scalar: Option<CompiledExprFn>,
    batch: Option<CompiledBatchFn>,
    _compiler: JitCompiler,
}

fn formula(bytes: *const u8, length: usize) -> &'static str {
    // SAFETY: the caller passes a UTF-8 buffer that lives through the call.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(bytes, length)) }
}

fn builder() -> DagBuilder {
    let mut builder = DagBuilder::new();
    for name in ["x", "y", "z"] {
        builder.variable(name);
    }
    builder
}

/// Compile for a mode: 1 is one row at a time, 2, 4, 8 are its batch widths. Null if the mode can't.
#[unsafe(no_mangle)]
pub extern "C" fn peer_compile(bytes: *const u8, length: usize, mode: i32) -> *mut Kernel {
    let mut builder = builder();
    let Ok(root) = parse_expression(formula(bytes, length), &mut builder) else {
        return std::ptr::null_mut();
    };
    let ast = dag_to_ast(builder.arena(), root);
    let Ok(mut compiler) = JitCompiler::try_new() else {
        return std::ptr::null_mut();
    };
    let (mut scalar, mut batch) = (None, None);
    match mode {
        1 => scalar = compiler.compile(&ast).ok(),
        2 => batch = compiler.compile_batch_f64x2(&ast).ok().flatten(),
        4 => batch = compiler.compile_batch_f64x4(&ast).ok().flatten(),
        _ => batch = compiler.compile_batch_f64x8(&ast).ok().flatten(),
    }
    if scalar.is_none() && batch.is_none() {
        return std::ptr::null_mut();
    }
    Box::into_raw(Box::new(Kernel { scalar, batch, _compiler: compiler }))
}

/// Evaluate over columns, on the calling thread.
#[unsafe(no_mangle)]
pub extern "C" fn peer_run(kernel: *const Kernel, columns: *const *const f64, count: usize, out: *mut f64) {
    // SAFETY: the kernel came from peer_compile; three columns and the output hold `count` values each.
    let kernel = unsafe { &*kernel };
    if let Some(batch) = kernel.batch {
        batch(columns, count, out);
    } else if let Some(scalar) = kernel.scalar {
        let columns = unsafe { std::slice::from_raw_parts(columns, 3) };
        for row in 0..count {
            let values: [f64; 3] = std::array::from_fn(|i| unsafe { *columns[i].add(row) });
            unsafe { *out.add(row) = scalar(values.as_ptr()) };
        }
    }
}

/// Give a kernel back.
#[unsafe(no_mangle)]
pub extern "C" fn peer_free(kernel: *mut Kernel) {
    if !kernel.is_null() {
        // SAFETY: it came from peer_compile and is freed once.
        drop(unsafe { Box::from_raw(kernel) });
    }
}

/// Return the seconds that parsing takes, the builder made beforehand; negative if it fails.
#[unsafe(no_mangle)]
pub extern "C" fn peer_parse_seconds(bytes: *const u8, length: usize) -> f64 {
    let (text, mut builder) = (formula(bytes, length), builder());
    let start = Instant::now();
    match parse_expression(text, &mut builder) {
        Ok(_) => start.elapsed().as_secs_f64(),
        Err(_) => -1.0,
    }
}

/// Return the seconds from the parsed formula to machine code for one row; negative if it fails.
#[unsafe(no_mangle)]
pub extern "C" fn peer_compile_seconds(bytes: *const u8, length: usize) -> f64 {
    let mut builder = builder();
    let Ok(root) = parse_expression(formula(bytes, length), &mut builder) else {
        return -1.0;
    };
    let Ok(mut compiler) = JitCompiler::try_new() else {
        return -1.0;
    };
    let start = Instant::now();
    let ast = dag_to_ast(builder.arena(), root);
    match compiler.compile(&ast) {
        Ok(_) => start.elapsed().as_secs_f64(),
        Err(_) => -1.0,
    }
}

/// Return the seconds to build a node for `count` operations, x*y + i chained, as Python code would.
#[unsafe(no_mangle)]
pub extern "C" fn peer_build_seconds(count: usize) -> f64 {
    let mut builder = builder();
    let (x, y) = (builder.variable("x"), builder.variable("y"));
    let start = Instant::now();
    let mut value = x;
    for step in 0..count / 2 {
        let scaled = builder.mul(value, y);
        let constant = builder.constant(step as f64);
        value = builder.add(scaled, constant);
    }
    std::hint::black_box(value);
    start.elapsed().as_secs_f64()
}
