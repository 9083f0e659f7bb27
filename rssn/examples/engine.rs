//! A formula that arrives as text: its derivative, its values, and a million of them. As engine.c, in Rust.
//!
//!     cc -c $(rssn c-flags --source) $(rssn c-flags --compile) -O2 -o rssn.o && ar rcs librssn.a rssn.o
//!     rustc engine.rs -L . -l static=rssn -C link-args="$(rssn c-flags --link)" && ./engine "x^2*sin(y)" x
use std::ffi::{c_char, c_int, CStr, CString};
use std::ptr;

#[repr(C)]
struct Error {
    code: c_int,
    message: [c_char; 1000],
    start: usize,
    stop: usize,
    line: usize,
    column: usize,
}

#[repr(C)]
struct Expr {
    _private: [u8; 0],
}

#[repr(C)]
struct Kernel {
    _private: [u8; 0],
}

extern "C" {
    fn rssn_parse(text: *const c_char, error: *mut Error) -> *mut Expr;
    fn rssn_diff(expr: *const Expr, symbol: *const c_char, order: c_int, error: *mut Error) -> *mut Expr;
    fn rssn_simplify(expr: *const Expr, assume: *const c_char, error: *mut Error) -> *mut Expr;
    fn rssn_print(expr: *const Expr, format: *const c_char, error: *mut Error) -> *mut c_char;
    fn rssn_compile(
        exprs: *const *const Expr,
        count: usize,
        arguments: *const c_char,
        options: *const c_char,
        error: *mut Error,
    ) -> *mut Kernel;
    fn rssn_run(kernel: *const Kernel, rows: usize, inputs: *const *const f64, outputs: *const *mut f64);
    fn rssn_free_expr(expr: *mut Expr);
    fn rssn_free_kernel(kernel: *mut Kernel);
    fn rssn_free_text(text: *mut c_char);
}

/// What a call returned, or its error as text.
fn checked<T>(call: impl FnOnce(*mut Error) -> *mut T) -> Result<*mut T, String> {
    let mut error = Error { code: 0, message: [0; 1000], start: 0, stop: 0, line: 0, column: 0 };
    let found = call(&mut error);
    if found.is_null() {
        let message = unsafe { CStr::from_ptr(error.message.as_ptr()) };
        return Err(format!("error {}: {}", error.code, message.to_string_lossy()));
    }
    Ok(found)
}

fn main() -> Result<(), String> {
    const ROWS: usize = 1_000_000;
    let arguments: Vec<String> = std::env::args().collect();
    let text = CString::new(arguments.get(1).map_or("x^2*sin(y)", String::as_str)).unwrap();
    let by = CString::new(arguments.get(2).map_or("x", String::as_str)).unwrap();
    let (form, names) = (CString::new("text").unwrap(), CString::new("x y").unwrap());
    unsafe {
        let formula = checked(|e| rssn_parse(text.as_ptr(), e))?;
        let raw = checked(|e| rssn_diff(formula, by.as_ptr(), 1, e))?;
        let derivative = checked(|e| rssn_simplify(raw, ptr::null(), e))?;
        let shown = checked(|e| rssn_print(derivative, form.as_ptr(), e))?;
        println!("d/d{}: {}", by.to_string_lossy(), CStr::from_ptr(shown).to_string_lossy());
        rssn_free_text(shown);

        let both = [formula as *const Expr, derivative as *const Expr];
        let kernel = checked(|e| rssn_compile(both.as_ptr(), both.len(), names.as_ptr(), ptr::null(), e))?;
        let x: Vec<f64> = (0..ROWS).map(|row| row as f64 / ROWS as f64).collect();
        let y: Vec<f64> = x.iter().map(|x| 1.0 + x).collect();
        let (mut value, mut slope) = (vec![0.0; ROWS], vec![0.0; ROWS]);
        rssn_run(
            kernel,
            ROWS,
            [x.as_ptr(), y.as_ptr()].as_ptr(),
            [value.as_mut_ptr(), slope.as_mut_ptr()].as_ptr(),
        );
        println!("at x = 0.5, y = 1.5: {} and {}", value[ROWS / 2], slope[ROWS / 2]);

        rssn_free_kernel(kernel);
        for expr in [formula, raw, derivative] {
            rssn_free_expr(expr);
        }
    }
    Ok(())
}
