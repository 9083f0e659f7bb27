/* Evaluates the roots of an image, given the path and values of symbols as name=value; prints `name value` a line. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rssn_store.h"

int main(int count, char **arguments) {
    FILE *file = fopen(arguments[1], "rb");
    if (!file || fseek(file, 0, SEEK_END)) return 1;
    size_t size = (size_t)ftell(file);
    char *image = malloc(size);
    rewind(file);
    if (!image || fread(image, 1, size, file) != size) return 1;
    const rssn_extent *e = (const rssn_extent *)image;
    if (memcmp(e->magic, RSSN_MAGIC, 8) || e->bytes != size) return 2;
    const rssn_node *nodes = (const rssn_node *)(image + rssn_nodes_at(e));
    const rssn_operator *operators = (const rssn_operator *)(image + rssn_operators_at(e));
    const rssn_root *roots = (const rssn_root *)(image + rssn_roots_at(e));
    const char *text = image + rssn_text_at(e);
    double *values = calloc(e->nodes + 1, sizeof(double));
    for (uint32_t i = 0; i < e->nodes; i++) {
        rssn_node n = nodes[i];
        uint64_t bits = (uint64_t)n.b << 32 | n.a;
        if (n.op == RSSN_INTEGER) {
            values[i] = (double)(int64_t)bits;
        } else if (n.op == RSSN_FLOAT) {
            memcpy(&values[i], &bits, 8);
        } else if (n.op == RSSN_SYMBOL) {
            for (int k = 2; k < count; k++)
                if (!strncmp(arguments[k], text + n.a, n.b) && arguments[k][n.b] == '=')
                    values[i] = atof(arguments[k] + n.b + 1);
        } else if (n.op >= RSSN_FIRST_OPERATOR) {
            rssn_operator o = operators[n.op - RSSN_FIRST_OPERATOR];
            const char *name = text + o.name;
            double a = values[n.a], b = n.b == RSSN_NONE ? 0 : values[n.b];
            if (o.name_bytes != 3) return 3;
            if (!strncmp(name, "add", 3)) values[i] = a + b;
            else if (!strncmp(name, "mul", 3)) values[i] = a * b;
            else if (!strncmp(name, "div", 3)) values[i] = a / b;
            else if (!strncmp(name, "sin", 3)) values[i] = sin(a);
            else return 3;
        }
    }
    for (uint32_t i = 0; i < e->roots; i++)
        printf("%.*s %.17g\n", (int)roots[i].name_bytes, text + roots[i].name, values[roots[i].node]);
    return 0;
}
