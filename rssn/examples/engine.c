/* A formula that arrives as text: its derivative, its values, and a million of them.
 *
 *     cc engine.c $(rssn c-flags) -o engine && ./engine "x^2*sin(y)" x
 */
#include "rssn.h"

#include <stdio.h>
#include <stdlib.h>

static int told(const rssn_error *error)
{
    fprintf(stderr, "error %d: %s\n", error->code, error->message);
    return EXIT_FAILURE;
}

int main(int count, char **arguments)
{
    enum { ROWS = 1000000 };
    rssn_error error;
    const char *text = count > 1 ? arguments[1] : "x^2*sin(y)", *by = count > 2 ? arguments[2] : "x";
    rssn_expr *formula = rssn_parse(text, &error);
    if (formula == NULL)
        return told(&error);
    rssn_expr *raw = rssn_diff(formula, by, 1, &error);
    rssn_expr *derivative = raw != NULL ? rssn_simplify(raw, NULL, &error) : NULL;
    char *shown = derivative != NULL ? rssn_print(derivative, "text", &error) : NULL;
    if (shown == NULL)
        return told(&error);
    printf("d/d%s: %s\n", by, shown);

    const rssn_expr *both[2] = {formula, derivative};
    rssn_kernel *kernel = rssn_compile(both, 2, "x y", NULL, &error);
    if (kernel == NULL)
        return told(&error);
    double *columns = malloc(4 * ROWS * sizeof *columns);
    if (columns == NULL)
        return EXIT_FAILURE;
    for (size_t row = 0; row < ROWS; row++) {
        columns[row] = (double)row / ROWS;
        columns[ROWS + row] = 1 + (double)row / ROWS;
    }
    const double *inputs[2] = {columns, columns + ROWS};
    double *outputs[2] = {columns + 2 * ROWS, columns + 3 * ROWS};
    rssn_run(kernel, ROWS, inputs, outputs);
    printf("at x = 0.5, y = 1.5: %.17g and %.17g\n", outputs[0][ROWS / 2], outputs[1][ROWS / 2]);

    free(columns);
    rssn_free_kernel(kernel);
    rssn_free_text(shown);
    rssn_free_expr(raw);
    rssn_free_expr(derivative);
    rssn_free_expr(formula);
    return EXIT_SUCCESS;
}
