/* Spans and instants: seconds and nanoseconds, as Rust has them, or Python's where those are exact. */
#ifndef BINCODE_NEXT_TIME_H
#define BINCODE_NEXT_TIME_H

#include "_numbers.h"

#include <datetime.h>

#define NANOS 1000000000u
#define DAY 86400
#define MOST_DAYS 999999999ull   /* of a timedelta */
#define LAST_SECOND 253402300799ull /* 9999-12-31T23:59:59Z */

typedef struct {
    const Shape *own;        /* Duration or SystemTime */
    Py_ssize_t secs, nanos;  /* where objects of `own` keep them */
    PyObject *epoch;         /* a datetime */
    int is_instant, is_own;  /* decode: into `own`, or into Python's class */
} Clock;

/* Load Python's classes; -1 with an exception. */
static int start_clock(void) {
    if (PyDateTimeAPI == NULL) {
        PyDateTime_IMPORT;
    }
    return PyDateTimeAPI == NULL ? -1 : 0;
}

static int64_t days_before(int64_t year, unsigned month, unsigned day) { /* since 1970, Gregorian */
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned of_era = (unsigned)(year - era * 400), of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
    return era * 146097 + (int64_t)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

static int is_zone_of_library(PyObject *zone) {
    return Py_TYPE(zone) == Py_TYPE(PyDateTime_TimeZone_UTC) || strcmp(Py_TYPE(zone)->tp_name, "zoneinfo.ZoneInfo") == 0;
}

static Outcome span_parts(PyObject *span, uint64_t *secs, uint32_t *nanos) {
    int64_t whole = (int64_t)PyDateTime_DELTA_GET_DAYS(span) * DAY + PyDateTime_DELTA_GET_SECONDS(span);
    *secs = (uint64_t)whole;
    *nanos = (uint32_t)PyDateTime_DELTA_GET_MICROSECONDS(span) * 1000;
    return whole < 0 ? WRONG : DONE;
}

static Outcome instant_parts(const Clock *clock, PyObject *v, uint64_t *secs, uint32_t *nanos) {
    PyObject *zone = PyDateTime_DATE_GET_TZINFO(v), *span;
    Outcome outcome;
    if (zone == PyDateTime_TimeZone_UTC) {
        int64_t days = days_before(PyDateTime_GET_YEAR(v), (unsigned)PyDateTime_GET_MONTH(v), (unsigned)PyDateTime_GET_DAY(v));
        int64_t of_day = PyDateTime_DATE_GET_HOUR(v) * 3600 + PyDateTime_DATE_GET_MINUTE(v) * 60 + PyDateTime_DATE_GET_SECOND(v);
        *secs = (uint64_t)(days * DAY + of_day);
        *nanos = (uint32_t)PyDateTime_DATE_GET_MICROSECOND(v) * 1000;
        return days < 0 ? WRONG : DONE;
    }
    if (!is_zone_of_library(zone)) {
        return ODD;
    }
    span = PyNumber_Subtract(v, clock->epoch);
    if (span == NULL || !PyDelta_CheckExact(span)) {
        Py_XDECREF(span);
        PyErr_Clear();
        return ODD;
    }
    outcome = span_parts(span, secs, nanos);
    Py_DECREF(span);
    return outcome;
}

/* What a value says in seconds and nanoseconds. No code of the user runs. */
static Outcome time_parts(const Clock *clock, PyObject *v, uint64_t *secs, uint32_t *nanos) {
    if (v == NULL) {
        return ODD;
    }
    if (Py_TYPE(v) == clock->own->type) {
        PyObject *s = *(PyObject **)((char *)v + clock->secs), *n = *(PyObject **)((char *)v + clock->nanos);
        uint64_t small;
        if (s == NULL || n == NULL || !PyLong_CheckExact(s) || !PyLong_CheckExact(n)) {
            return ODD;
        }
        if (IS_NEGATIVE(s) || IS_NEGATIVE(n) || !magnitude(s, secs) || !magnitude(n, &small) || small >= NANOS ||
            (clock->is_instant && *secs > INT64_MAX)) {
            return WRONG;
        }
        *nanos = (uint32_t)small;
        return DONE;
    }
    if (clock->is_instant) {
        return PyDateTime_CheckExact(v) ? instant_parts(clock, v, secs, nanos) : ODD;
    }
    return PyDelta_CheckExact(v) ? span_parts(v, secs, nanos) : ODD;
}

static PyObject *own_time(const Clock *clock, uint64_t secs, uint32_t nanos) {
    PyObject *s = PyLong_FromUnsignedLongLong(secs), *n = PyLong_FromUnsignedLong(nanos), *made = NULL;
    if (s != NULL && n != NULL) {
        made = new_slots(clock->own);
    }
    if (made == NULL) {
        Py_XDECREF(s);
        Py_XDECREF(n);
        return NULL;
    }
    *(PyObject **)((char *)made + clock->secs) = s;
    *(PyObject **)((char *)made + clock->nanos) = n;
    if (clock->own->tracked) {
        PyObject_GC_Track(made);
    }
    return made;
}

static PyObject *datetime_of(uint64_t secs, uint32_t nanos) {
    int64_t days = (int64_t)(secs / DAY) + 719468, era = days / 146097; /* from the year 0 on, which March begins */
    int in_day = (int)(secs % DAY);
    unsigned of_era = (unsigned)(days - era * 146097);
    unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned march = (5 * of_year + 2) / 153, day = of_year - (153 * march + 2) / 5 + 1;
    unsigned month = march < 10 ? march + 3 : march - 9;
    return PyDateTimeAPI->DateTime_FromDateAndTime(
        (int)((int64_t)year + era * 400 + (month <= 2)), (int)month, (int)day, in_day / 3600, in_day / 60 % 60, in_day % 60,
        (int)(nanos / 1000), PyDateTime_TimeZone_UTC, PyDateTimeAPI->DateTimeType);
}

/* A new value in `*made`. */
static Outcome time_of(const Clock *clock, uint64_t secs, uint32_t nanos, PyObject **made) {
    if (secs + nanos / NANOS < secs) {
        return WRONG;
    }
    secs += nanos / NANOS;
    nanos %= NANOS;
    if (clock->is_instant && secs > INT64_MAX) {
        return WRONG;
    }
    if (clock->is_own) {
        *made = own_time(clock, secs, nanos);
    } else if (nanos % 1000 || secs > (clock->is_instant ? LAST_SECOND : MOST_DAYS * DAY + DAY - 1)) {
        return WRONG;
    } else if (clock->is_instant) {
        *made = datetime_of(secs, nanos);
    } else {
        *made = PyDelta_FromDSU((int)(secs / DAY), (int)(secs % DAY), (int)(nanos / 1000));
    }
    return *made == NULL ? RAISED : DONE;
}

#endif
