/* Everything that rssn.h declares, from several threads at once. Ends with the number of the line that failed. */
#include "rssn.h"

#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(truth)                                            \
    do {                                                        \
        if (!(truth)) {                                         \
            fprintf(stderr, "line %d: %s\n", __LINE__, #truth); \
            exit(1);                                            \
        }                                                       \
    } while (0)

static void check_algebra(void)
{
    rssn_error error;
    rssn_expr *formula = rssn_parse("sqrt(x^2) + x*0", &error);
    CHECK(formula != NULL && error.code == RSSN_OK);
    rssn_expr *simple = rssn_simplify(formula, "x > 0", &error), *x = rssn_parse("x", NULL);
    CHECK(simple != NULL && rssn_same(simple, x) && !rssn_same(formula, x));
    rssn_expr *product = rssn_parse("x^2 - 1", &error), *factors = rssn_rewrite(product, "factor", &error);
    char *text = rssn_print(factors, "text", &error), *latex = rssn_print(x, "latex", &error);
    CHECK(text != NULL && latex != NULL && strstr(text, "x + 1") != NULL && strcmp(latex, "x") == 0);
    const char *names[] = {"x"};
    double values[] = {3}, result = 0;
    CHECK(rssn_value(product, 1, names, values, &result, &error) == RSSN_OK && result == 8);
    rssn_expr *second = rssn_diff(product, "x", 2, &error);
    CHECK(rssn_value(second, 0, NULL, NULL, &result, NULL) == RSSN_OK && result == 2);
    rssn_free_text(text);
    rssn_free_text(latex);
    rssn_expr *all[] = {formula, simple, x, product, factors, second, NULL};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        rssn_free_expr(all[k]);
}

static void check_errors(void)
{
    rssn_error error;
    double result;
    CHECK(rssn_parse("a +\n  b**", &error) == NULL && error.code == RSSN_PARSE);
    CHECK(error.line == 2 && error.column == 6 && error.start == 9 && strstr(error.message, "line 2, column 6") != NULL);
    CHECK(rssn_parse("sinn(x)", &error) == NULL && error.code == RSSN_NAME && strstr(error.message, "sin") != NULL);
    CHECK(rssn_parse("x^^", NULL) == NULL);
    rssn_expr *x = rssn_parse("x", &error), *whole = rssn_parse("gamma(x)", &error);
    CHECK(rssn_print(x, "word", &error) == NULL && error.code == RSSN_VALUE && error.line == 0);
    CHECK(rssn_rewrite(x, "polish", &error) == NULL && error.code == RSSN_VALUE);
    CHECK(rssn_diff(x, "x", -1, &error) == NULL && error.code != RSSN_OK);
    CHECK(rssn_value(x, 0, NULL, NULL, &result, &error) != RSSN_OK && error.code == RSSN_NAME);
    const rssn_expr *list[] = {x};
    CHECK(rssn_compile(list, 1, "y", NULL, &error) == NULL && error.code == RSSN_NAME);
    CHECK(rssn_compile(list, 1, NULL, "speed=high", &error) == NULL && error.code == RSSN_VALUE);
    CHECK(rssn_compile(list, 1, NULL, "dtype=f32", &error) == NULL && error.code == RSSN_VALUE);
    CHECK(rssn_compile(list, 0, NULL, NULL, &error) == NULL && error.code == RSSN_VALUE);
    rssn_free_expr(x);
    rssn_free_expr(whole);
}

static void done(void *context)
{
    sem_post((sem_t *)context);
}

static void check_kernels(void)
{
    enum { ROWS = 100001 };
    rssn_error error;
    rssn_expr *formulas[] = {rssn_parse("x*y + 1", &error), rssn_parse("x > y", &error)};
    rssn_kernel *kernel = rssn_compile((const rssn_expr *const *)formulas, 2, "y x", "math=strict", &error);
    CHECK(kernel != NULL && rssn_input_count(kernel) == 2 && rssn_output_count(kernel) == 2);
    rssn_free_expr(formulas[0]);
    rssn_free_expr(formulas[1]);
    double *room = (double *)malloc(4 * ROWS * sizeof *room);
    for (size_t row = 0; row < ROWS; row++) {
        room[row] = (double)row;
        room[ROWS + row] = 3;
    }
    const double *inputs[] = {room, room + ROWS};
    double *outputs[] = {room + 2 * ROWS, room + 3 * ROWS};
    for (size_t rows = 0; rows <= ROWS; rows = rows * 3 + 1) {
        memset(outputs[0], 0, 2 * ROWS * sizeof *room);
        rssn_run(kernel, rows, inputs, outputs);
        for (size_t row = 0; row < rows; row++)
            CHECK(outputs[0][row] == 3 * (double)row + 1 && outputs[1][row] == (row < 3));
        CHECK(rows == ROWS || outputs[0][rows] == 0);
    }
    sem_t finished;
    sem_init(&finished, 0, 0);
    for (int k = 0; k < 20; k++)
        CHECK(rssn_submit(kernel, ROWS, inputs, outputs, done, &finished, &error) == RSSN_OK);
    for (int k = 0; k < 20; k++)
        sem_wait(&finished);
    CHECK(outputs[0][ROWS - 1] == 3.0 * (ROWS - 1) + 1);
    rssn_free_kernel(kernel);
    free(room);
}

static void *all(void *unused)
{
    for (int round = 0; round < 3; round++) {
        check_algebra();
        check_errors();
        check_kernels();
    }
    return unused;
}

int main(void)
{
    pthread_t threads[3];
    CHECK(rssn_api_version() == RSSN_API_VERSION);
    for (int k = 0; k < 3; k++)
        pthread_create(&threads[k], NULL, all, NULL);
    for (int k = 0; k < 3; k++)
        pthread_join(threads[k], NULL);
    puts("all is well");
    return 0;
}
