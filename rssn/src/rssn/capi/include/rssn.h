/* rssn for C, C++ and Rust: read a formula, differentiate, simplify, compile and evaluate it.
 *
 * The engine behind this header is Python: the first call starts an interpreter inside your process (or uses the one that
 * runs there already) and imports rssn, which takes some 150 milliseconds. Machine code needs neither: rssn_run calls it
 * directly. A library without any Python inside is what `rssn compile --export` writes.
 *
 *     cc program.c $(rssn c-flags) -o program
 *
 * Every function may be called from any thread. One that can fail takes a place for the error, which may be NULL, and
 * returns NULL or a code other than RSSN_OK. Handles are yours until rssn_free_*; a handle keeps what it needs alive.
 */
#ifndef RSSN_H
#define RSSN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RSSN_API_VERSION 1

typedef struct rssn_expr rssn_expr;
typedef struct rssn_kernel rssn_kernel;

enum {
    RSSN_OK = 0,
    RSSN_PARSE = 1,    /* text is no formula: start, stop, line and column say where */
    RSSN_NAME = 2,     /* a symbol, function or operator that nobody defined */
    RSSN_VALUE = 3,    /* an argument or option that does not fit */
    RSSN_DOMAIN = 4,   /* no derivative, no value, not a polynomial */
    RSSN_MEMORY = 5,
    RSSN_STARTUP = 6,  /* the interpreter or rssn could not be found; RSSN_PYTHON may name a python */
    RSSN_INTERNAL = 7  /* ours to mend */
};

typedef struct rssn_error {
    int code;
    char message[1000]; /* UTF-8; ends with 0 */
    size_t start, stop; /* of a RSSN_PARSE: offsets in characters, */
    size_t line, column; /* counted from 1; otherwise 0 */
} rssn_error;

/* RSSN_API_VERSION of the code that is linked in. Members and functions are only ever added. */
int rssn_api_version(void);

/* Start the engine now rather than on the first call. */
int rssn_start(rssn_error *error);

/* Read a formula; `text` is UTF-8. */
rssn_expr *rssn_parse(const char *text, rssn_error *error);

/* Write an expression: "text" (reads back to the same), "latex" or "c". Free the answer with rssn_free_text. */
char *rssn_print(const rssn_expr *expr, const char *format, rssn_error *error);

/* The derivative by a symbol, `order` times. */
rssn_expr *rssn_diff(const rssn_expr *expr, const char *symbol, int order, rssn_error *error);

/* The form a person would write; `assume` is NULL or like "x > 0, y != 1". */
rssn_expr *rssn_simplify(const rssn_expr *expr, const char *assume, rssn_error *error);

/* "expand", "factor", "cancel", "together" or "optimize". */
rssn_expr *rssn_rewrite(const rssn_expr *expr, const char *how, rssn_error *error);

/* The number that an expression is where its symbols have values. */
int rssn_value(const rssn_expr *expr, size_t count, const char *const *names, const double *values, double *result,
               rssn_error *error);

/* Whether two expressions are the same structure. */
int rssn_same(const rssn_expr *one, const rssn_expr *other);

/* Compile `count` formulas of the arguments in `arguments` ("x y", in calling order; NULL: all symbols by name).
 * `options` is NULL or like "math=fast accuracy=1ulp". */
rssn_kernel *rssn_compile(const rssn_expr *const *exprs, size_t count, const char *arguments, const char *options,
                          rssn_error *error);

size_t rssn_input_count(const rssn_kernel *kernel);
size_t rssn_output_count(const rssn_kernel *kernel);

/* Evaluate rows: inputs[k] and outputs[k] point to one number a row. Runs on dtact's worker threads too where that pays,
 * and returns when all is done. An output may be one of the inputs. No Python, cannot fail. */
void rssn_run(const rssn_kernel *kernel, size_t rows, const double *const *inputs, double *const *outputs);

/* The same behind the caller's back: done(context) is called on a worker thread when all is done. The arrays, but not the
 * arrays of pointers, must live until then. Returns RSSN_OK, or why there will be no call. */
int rssn_submit(const rssn_kernel *kernel, size_t rows, const double *const *inputs, double *const *outputs,
                void (*done)(void *context), void *context, rssn_error *error);

void rssn_free_expr(rssn_expr *expr);
void rssn_free_kernel(rssn_kernel *kernel);
void rssn_free_text(char *text);

#ifdef __cplusplus
}
#endif

#endif /* RSSN_H */
