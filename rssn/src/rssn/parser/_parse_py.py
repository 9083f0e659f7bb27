"""The readable parser: one pass, a stack of open operators and a stack of finished values. No recursion.

The parser is always in one of two states. Wanting an operand, it reads a
number, a name, an opening bracket or a prefix operator. Wanting an operator,
it first *reduces*: open operators that bind tighter than the new one take
their operands from the stack of values. The native twin `_parse_c.pyx` does
the same on bytes; where it meets a mistake, this one explains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from ..expr import Expr, Precedence, apply, constant, symbol
from ..ops import Operator
from . import _errors as errors
from ._grammar_py import COMPARISON, CONSTANTS, FUNCTIONS, INFIX, KEYWORDS, RATIONAL, SIGNED
from ._limits import Limits
from ._program import Program
from ._scan_py import SIGN, blank_end, is_number, name_end, number, quoted_name

LOOSEST = Precedence.CONDITIONAL


class Kind(Enum):
    """What waits on the stack of open operators."""

    INFIX = auto()
    COMPARISON = auto()
    MINUS = auto()
    NOT = auto()
    IF = auto()
    ELSE = auto()
    GROUP = auto()
    CALL = auto()


@dataclass(slots=True)
class Open:
    """An operator or bracket that waits for its last operand."""

    kind: Kind
    precedence: int
    start: int
    stop: int
    operator: str = ""
    record: Operator | None = None  # of a call; None for rational(...)
    values: int = 0  # of a call: how many values were finished when it opened
    literal: bool = False  # of a minus: a number follows directly
    chained: bool = False  # of a comparison: below its left operand lies what earlier links of the chain say


class Reader:
    """The state of one parse."""

    def __init__(self, text: str, implicit: bool, exact: bool, limits: Limits) -> None:
        self.text, self.implicit, self.exact, self.limits = text, implicit, exact, limits
        self.position = 0
        self.values: list[Expr] = []
        self.stack: list[Open] = []
        self.brackets = 0
        self.nodes = 0
        self.minus_before = False  # the token just read was a unary minus
        self.bindings: dict[str, Expr] = {}
        self.target = ""
        self.result: Expr | None = None
        self.result_place = (0, 0)

    def read(self) -> Program:
        """Read all statements."""
        text = self.text
        if len(text) > self.limits.length:
            raise errors.limit_error(
                text, self.limits.length, self.limits.length, "the text is too long", "length", self.limits.length
            )
        self.refuse_surrogates()
        while self.open_statement():
            start = self.position
            self.read_expression()
            self.close_statement(start)
        if self.result is None and not self.bindings:
            raise errors.unexpected(text, self.position, errors.OPERAND, message="there is nothing to parse")
        return Program(tuple(self.bindings.items()), self.result)

    def refuse_surrogates(self) -> None:
        """Half a character, which no file can hold, is refused wherever it stands, in comments too."""
        try:
            self.text.encode()
        except UnicodeEncodeError as error:
            raise errors.unexpected(self.text, error.start, "whole characters") from None

    # ------------------------------------------------------------ statements

    def open_statement(self) -> bool:
        """Skip what separates statements; read ``name =`` if it is there. False at the end of the text."""
        text = self.text
        while True:
            self.position = blank_end(text, self.position, lines=True)
            if text[self.position : self.position + 1] != ";":
                break
            self.position += 1
        if self.position == len(text):
            return False
        if self.result is not None:
            raise errors.mistake(
                text, *self.result_place, "the value of this statement is not used", wanted="name = value", hint=
                "only the last statement may lack a name; to go on in the next line, end the line with the operator",
            )  # fmt: skip
        self.read_target()
        return True

    def read_target(self) -> None:
        text, start = self.text, self.position
        self.target = ""
        quoted = text[start] == "`"
        if quoted:
            name, stop = quoted_name(text, start, self.limits)
        else:
            stop = name_end(text, start, self.limits)
            name = text[start:stop]
        sign = blank_end(text, stop, lines=False)
        if stop == start or text[sign : sign + 1] != "=" or text[sign + 1 : sign + 2] == "=":
            return
        if name in CONSTANTS or (name in KEYWORDS and not quoted) or not name:
            raise errors.mistake(text, start, stop, f"{name or 'the empty name'} can't be given a value")
        if name in self.bindings:
            raise errors.mistake(
                text, start, stop, "this name has a value already", hint="give each value a name of its own"
            )
        self.target, self.position = name, sign + 1

    def close_statement(self, start: int) -> None:
        value = self.values.pop()
        if self.target:
            self.bindings[self.target] = value
        else:
            self.result, self.result_place = value, (start, self.position)

    def read_expression(self) -> None:
        """Read up to the end of the statement, leaving one value, and open operators that only need reducing."""
        wants_operand = True
        while True:
            if wants_operand:
                wants_operand = self.read_operand()
            else:
                more = self.read_operator()
                if more is None:
                    break
                wants_operand = more

    # ------------------------------------------------------------ operands

    def read_operand(self) -> bool:
        """Read a prefix operator, a bracket or a whole operand; return whether an operand is still wanted."""
        text = self.text
        start = self.position = blank_end(text, self.position, lines=True)
        after_minus, self.minus_before = self.minus_before, False
        if start == len(text):
            raise errors.unexpected(text, start, errors.OPERAND)
        first = text[start]
        if is_number(text, start):
            self.read_number(after_minus)
            return False
        if first == "`":
            self.read_quoted()
            return False
        if first == "-":
            self.push(Open(Kind.MINUS, Precedence.NEGATION, start, start + 1))
            self.minus_before = True
            return True
        if first == "(":
            self.push(Open(Kind.GROUP, 0, start, start + 1))
            self.brackets += 1
            return True
        if first == "+":
            self.position += 1
            return True
        if first == ")" and self.stack and self.stack[-1].kind is Kind.CALL:
            return self.close_empty_call()
        stop = name_end(text, start, self.limits)
        if stop == start:
            raise errors.unexpected(text, start, errors.OPERAND)
        return self.read_word(text[start:stop], stop, after_minus)

    def close_empty_call(self) -> bool:
        call = self.stack[-1]
        if len(self.values) > call.values:
            raise errors.unexpected(self.text, self.position, errors.OPERAND)
        self.read_close()
        return False

    def read_number(self, after_minus: bool) -> None:
        value, self.position, signed = number(self.text, self.position, self.limits, exact=self.exact)
        self.operand(value, after_minus and signed)

    def read_quoted(self) -> None:
        text, start = self.text, self.position
        name, self.position = quoted_name(text, start, self.limits)
        self.operand(self.named(name, start))

    def named(self, name: str, start: int) -> Expr:
        """Return what a name that is no constant stands for: its value in this text, or a free symbol."""
        if name in self.bindings:
            return self.bindings[name]
        if not name or name in CONSTANTS:
            hint = "" if name else "put a name between the backticks"
            message = f"no symbol can be called {name!r}"
            raise errors.mistake(self.text, start, self.position, message, hint=hint)
        return symbol(name)

    def read_word(self, name: str, stop: int, after_minus: bool) -> bool:
        start = self.position
        if name in KEYWORDS:
            return self.read_prefix_word(name, stop)
        bracket = blank_end(self.text, stop, lines=self.brackets > 0)
        if self.text[bracket : bracket + 1] == "(":
            return self.open_call(name, stop, bracket + 1)
        self.position = stop
        self.operand(CONSTANTS[name] if name in CONSTANTS else self.named(name, start), after_minus and name in SIGNED)
        return False

    def read_prefix_word(self, name: str, stop: int) -> bool:
        start = self.position
        if name != "not" or (self.stack and self.stack[-1].precedence > Precedence.NOT):
            raise errors.unexpected(self.text, start, errors.OPERAND)
        self.position = stop
        self.push(Open(Kind.NOT, Precedence.NOT, start, stop))
        return True

    def open_call(self, name: str, stop: int, after: int) -> bool:
        start = self.position
        record = FUNCTIONS.get(name)
        if record is None and name != RATIONAL:
            raise errors.unknown_function(self.text, start, stop)
        self.push(Open(Kind.CALL, 0, start, stop, record=record, values=len(self.values)))
        self.brackets += 1
        self.position = after
        return True

    def operand(self, value: Expr, literal: bool = False) -> None:
        """Put a finished operand on the stack of values; `literal` if a minus directly before may take it in."""
        self.count()
        if literal:
            self.stack[-1].literal = True
        self.values.append(value)

    def push(self, entry: Open) -> None:
        self.count()
        self.position = max(self.position, entry.stop)
        self.stack.append(entry)
        if len(self.stack) > self.limits.depth:
            message = "too many brackets and operators are open"
            raise errors.limit_error(self.text, entry.start, entry.stop, message, "depth", self.limits.depth)

    def count(self) -> None:
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            message = "too many operands and operators"
            raise errors.limit_error(self.text, self.position, self.position + 1, message, "nodes", self.limits.nodes)

    # ------------------------------------------------------------ operators

    def read_operator(self) -> bool | None:
        """Read what may follow an operand; return whether an operand is wanted next, None where the statement ends."""
        text = self.text
        start = self.position = blank_end(text, self.position, lines=self.brackets > 0)
        if start == len(text) or text[start] in ";\n":
            self.end()
            return None
        match = SIGN.match(text, start)
        if match is None:
            return self.read_infix_word()
        sign = match.group()
        if sign == ")":
            return self.read_close()
        if sign == ",":
            return self.read_comma()
        if sign in INFIX:
            return self.open_infix(sign, start, match.end())
        return self.read_product()

    def end(self) -> None:
        """Finish a statement: only operators may be open."""
        self.reduce(LOOSEST)
        if self.stack:
            self.refuse_open(self.stack[-1])

    def refuse_open(self, entry: Open) -> None:
        if entry.kind is Kind.IF:
            raise errors.unexpected(self.text, self.position, "`else`", hint="a conditional is `a if c else b`")
        opened = errors.span(self.text, entry.start, entry.stop)
        raise errors.unexpected(self.text, self.position, "')'", hint=f"the bracket was opened at {opened}")

    def read_infix_word(self) -> bool:
        text, start = self.text, self.position
        stop = name_end(text, start, self.limits)
        word = text[start:stop]
        if word in INFIX:
            return self.open_infix(word, start, stop)
        if word == "if":
            self.reduce(Precedence.CONDITIONAL + 1)
            if self.stack and self.stack[-1].kind is Kind.IF:
                raise errors.unexpected(text, start, "`else`", hint="put brackets around a conditional in a condition")
            self.push(Open(Kind.IF, Precedence.CONDITIONAL, start, stop))
            return True
        if word == "else":
            return self.read_else(stop)
        return self.read_product()

    def read_else(self, stop: int) -> bool:
        self.reduce(LOOSEST)
        if not self.stack or self.stack[-1].kind is not Kind.IF:
            raise errors.unexpected(self.text, self.position, errors.OPERATOR)
        entry = self.stack[-1]
        entry.kind = Kind.ELSE
        self.position = stop
        return True

    def read_product(self) -> bool:
        """A name or a bracket where an operator was wanted: a product, if the text may leave its sign out."""
        text, start = self.text, self.position
        stop = name_end(text, start, self.limits)
        word = text[start:stop]
        starts_factor = text[start] in "(`" or (stop > start and word not in KEYWORDS)
        if starts_factor and self.implicit:
            return self.open_infix("*", start, start)
        hint = "write * between factors, or pass implicit_multiplication=True" if starts_factor else ""
        raise errors.unexpected(text, start, errors.OPERATOR, hint=hint)

    def open_infix(self, sign: str, start: int, stop: int) -> bool:
        infix = INFIX[sign]
        self.reduce(infix.precedence + infix.right)
        if infix.precedence != COMPARISON:
            self.push(Open(Kind.INFIX, infix.precedence, start, stop, infix.operator))
            return True
        chained = self.close_link()
        self.push(Open(Kind.COMPARISON, COMPARISON, start, stop, infix.operator, chained=chained))
        return True

    def close_link(self) -> bool:
        """In ``a < b < c``: turn ``a < b`` into a condition below ``b``, which the next link compares again."""
        if not self.stack or self.stack[-1].kind is not Kind.COMPARISON:
            return False
        middle = self.values[-1]
        self.reduce_one()
        self.values.append(middle)
        return True

    def read_comma(self) -> bool:
        self.reduce(LOOSEST)
        if not self.stack or self.stack[-1].kind is not Kind.CALL:
            if self.stack and self.stack[-1].kind is Kind.IF:
                self.refuse_open(self.stack[-1])
            raise errors.unexpected(self.text, self.position, errors.OPERATOR)
        self.position += 1
        return True

    def read_close(self) -> bool:
        """Close a bracket, and apply the function if it is a call's."""
        self.reduce(LOOSEST)
        if not self.stack:
            raise errors.unexpected(self.text, self.position, errors.OPERATOR, hint="no bracket is open here")
        entry = self.stack[-1]
        if entry.kind is Kind.IF:
            self.refuse_open(entry)
        self.stack.pop()
        self.brackets -= 1
        self.position += 1
        if entry.kind is Kind.CALL:
            operands = self.values[entry.values :]
            del self.values[entry.values :]
            self.values.append(self.call(entry, operands))
        return False

    def call(self, entry: Open, operands: list[Expr]) -> Expr:
        record = entry.record
        if record is None:
            return self.rational(entry, operands)
        if not record.accepts(len(operands)):
            raise errors.wrong_arity(self.text, entry.start, entry.stop, record, len(operands))
        if record.default is not None and len(operands) % 2 == 0:
            operands.append(constant(record.default))
        return apply(record.name, *operands)

    def rational(self, entry: Open, operands: list[Expr]) -> Expr:
        parts = [operand.value for operand in operands]
        if len(parts) != 2 or any(type(part) is not int for part in parts) or parts[1] == 0:
            message, wanted = "rational(p, q) is a literal", "two integers, the second not zero"
            raise errors.mistake(
                self.text, entry.start, self.position, message, wanted=wanted, hint="other quotients are p/q"
            )
        return constant(Fraction(*parts))

    # ------------------------------------------------------------ reducing

    def reduce(self, precedence: int) -> None:
        """Apply the open operators that bind at least as tightly as `precedence`; stop at a bracket or an `if`."""
        stack = self.stack
        while stack and stack[-1].precedence >= precedence and stack[-1].kind is not Kind.IF:
            if precedence == COMPARISON and stack[-1].kind is Kind.COMPARISON:
                return  # the next link of a chain
            self.reduce_one()

    def reduce_one(self) -> None:
        entry, values = self.stack.pop(), self.values
        last = values.pop()
        if entry.kind is Kind.MINUS:
            values.append(negated(last, entry.literal))
        elif entry.kind is Kind.NOT:
            values.append(apply("not", last))
        elif entry.kind is Kind.ELSE:
            condition, chosen = values.pop(), values.pop()
            values.append(apply("where", condition, chosen, last))
        else:
            result = apply(entry.operator, values.pop(), last)
            values.append(apply("and", values.pop(), result) if entry.chained else result)


def negated(operand: Expr, literal: bool) -> Expr:
    """Return minus an operand: a constant where the operand is the number that followed the sign directly."""
    value = operand.value
    if literal and isinstance(value, int | float | Fraction):
        return constant(-value)
    return apply("neg", operand)


def read_program(text: str, implicit: bool, exact: bool, limits: Limits) -> Program:
    """Return the statements of a text; the errors of `rssn.parser` where it is not a formula."""
    return Reader(text, implicit, exact, limits).read()


def read_value(text: str, implicit: bool, exact: bool, limits: Limits) -> Expr:
    """Return the value of a text; the errors of `rssn.parser` where it is not a formula."""
    return read_program(text, implicit, exact, limits).value
