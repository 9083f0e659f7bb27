//! The rule set that egg's own tests call `math`, with guards that are proved: "unknown" is not "non-zero".
//!
//! Kept running with its own guards the set proves 0 = 1; and a comparison needs rules that both engines can keep.

use egg::{Analysis, DidMerge, EGraph, Id, Language, Rewrite, Subst, define_language, merge_option, rewrite};
use ordered_float::NotNan;

define_language! {
    pub enum Math {
        "d" = Derivative([Id; 2]),
        "i" = Integral([Id; 2]),
        "+" = Sum([Id; 2]),
        "-" = Difference([Id; 2]),
        "*" = Product([Id; 2]),
        "/" = Quotient([Id; 2]),
        "pow" = Power([Id; 2]),
        "ln" = Logarithm(Id),
        "sqrt" = Root(Id),
        "sin" = Sine(Id),
        "cos" = Cosine(Id),
        Number(NotNan<f64>),
        Symbol(egg::Symbol),
    }
}

/// The number that a class is known to be.
#[derive(Default)]
pub struct Fold;

impl Analysis<Math> for Fold {
    type Data = Option<NotNan<f64>>;

    fn make(graph: &mut EGraph<Math, Self>, node: &Math, _id: Id) -> Self::Data {
        let value = |id: &Id| graph[*id].data;
        match node {
            Math::Number(number) => Some(*number),
            Math::Sum([a, b]) => Some(value(a)? + value(b)?),
            Math::Difference([a, b]) => Some(value(a)? - value(b)?),
            Math::Product([a, b]) => Some(value(a)? * value(b)?),
            Math::Quotient([a, b]) if value(b)? != 0.0 => Some(value(a)? / value(b)?),
            _ => None,
        }
    }

    fn merge(&mut self, to: &mut Self::Data, from: Self::Data) -> DidMerge {
        merge_option(to, from, |a, b| {
            assert_eq!(*a, b, "two numbers were proved equal");
            DidMerge(false, false)
        })
    }

    fn modify(graph: &mut EGraph<Math, Self>, id: Id) {
        if let Some(number) = graph[id].data {
            let leaf = graph.add(Math::Number(number));
            graph.union(id, leaf);
            graph[id].nodes.retain(|node| node.is_leaf());
        }
    }
}

type Graph = EGraph<Math, Fold>;

fn number(variable: &str) -> impl Fn(&mut Graph, Id, &Subst) -> bool + use<> {
    let variable = variable.parse().unwrap();
    move |graph, _, found| graph[found[variable]].data.is_some()
}

fn nonzero(variable: &str) -> impl Fn(&mut Graph, Id, &Subst) -> bool + use<> {
    let variable = variable.parse().unwrap();
    move |graph, _, found| graph[found[variable]].data.is_some_and(|number| *number != 0.0)
}

fn symbol(variable: &str) -> impl Fn(&mut Graph, Id, &Subst) -> bool + use<> {
    let variable = variable.parse().unwrap();
    move |graph, _, found| graph[found[variable]].nodes.iter().any(|node| matches!(node, Math::Symbol(..)))
}

/// A number or a symbol that is not `other`.
fn constant_for(variable: &'static str, other: &str) -> impl Fn(&mut Graph, Id, &Subst) -> bool + use<> {
    let (name, other) = (variable.parse().unwrap(), other.parse().unwrap());
    let (is_number, is_symbol) = (number(variable), symbol(variable));
    move |graph, id, found| {
        graph.find(found[name]) != graph.find(found[other])
            && (is_number(graph, id, found) || is_symbol(graph, id, found))
    }
}

pub fn rules() -> Vec<Rewrite<Math, Fold>> {
    vec![
        rewrite!("comm-add"; "(+ ?a ?b)" => "(+ ?b ?a)"),
        rewrite!("comm-mul"; "(* ?a ?b)" => "(* ?b ?a)"),
        rewrite!("assoc-add"; "(+ ?a (+ ?b ?c))" => "(+ (+ ?a ?b) ?c)"),
        rewrite!("assoc-mul"; "(* ?a (* ?b ?c))" => "(* (* ?a ?b) ?c)"),
        rewrite!("sub-canon"; "(- ?a ?b)" => "(+ ?a (* -1 ?b))"),
        rewrite!("div-canon"; "(/ ?a ?b)" => "(* ?a (pow ?b -1))" if nonzero("?b")),
        rewrite!("zero-add"; "(+ ?a 0)" => "?a"),
        rewrite!("zero-mul"; "(* ?a 0)" => "0"),
        rewrite!("one-mul"; "(* ?a 1)" => "?a"),
        rewrite!("add-zero"; "?a" => "(+ ?a 0)"),
        rewrite!("mul-one"; "?a" => "(* ?a 1)"),
        rewrite!("cancel-sub"; "(- ?a ?a)" => "0"),
        rewrite!("cancel-div"; "(/ ?a ?a)" => "1" if nonzero("?a")),
        rewrite!("distribute"; "(* ?a (+ ?b ?c))" => "(+ (* ?a ?b) (* ?a ?c))"),
        rewrite!("factor"; "(+ (* ?a ?b) (* ?a ?c))" => "(* ?a (+ ?b ?c))"),
        rewrite!("pow-mul"; "(* (pow ?a ?b) (pow ?a ?c))" => "(pow ?a (+ ?b ?c))"),
        rewrite!("pow0"; "(pow ?x 0)" => "1" if nonzero("?x")),
        rewrite!("pow1"; "(pow ?x 1)" => "?x"),
        rewrite!("pow2"; "(pow ?x 2)" => "(* ?x ?x)"),
        rewrite!("pow-recip"; "(pow ?x -1)" => "(/ 1 ?x)" if nonzero("?x")),
        rewrite!("recip-mul-div"; "(* ?x (/ 1 ?x))" => "1" if nonzero("?x")),
        rewrite!("d-variable"; "(d ?x ?x)" => "1" if symbol("?x")),
        rewrite!("d-constant"; "(d ?x ?c)" => "0" if symbol("?x") if constant_for("?c", "?x")),
        rewrite!("d-add"; "(d ?x (+ ?a ?b))" => "(+ (d ?x ?a) (d ?x ?b))"),
        rewrite!("d-mul"; "(d ?x (* ?a ?b))" => "(+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))"),
        rewrite!("d-sin"; "(d ?x (sin ?x))" => "(cos ?x)"),
        rewrite!("d-cos"; "(d ?x (cos ?x))" => "(* -1 (sin ?x))"),
        rewrite!("d-ln"; "(d ?x (ln ?x))" => "(/ 1 ?x)" if nonzero("?x")),
        rewrite!("d-power"; "(d ?x (pow ?f ?g))" =>
            "(* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f))))"
            if nonzero("?f") if nonzero("?g")),
        rewrite!("i-one"; "(i 1 ?x)" => "?x"),
        rewrite!("i-power-const"; "(i (pow ?x ?c) ?x)" => "(/ (pow ?x (+ ?c 1)) (+ ?c 1))" if number("?c")),
        rewrite!("i-cos"; "(i (cos ?x) ?x)" => "(sin ?x)"),
        rewrite!("i-sin"; "(i (sin ?x) ?x)" => "(* -1 (cos ?x))"),
        rewrite!("i-sum"; "(i (+ ?f ?g) ?x)" => "(+ (i ?f ?x) (i ?g ?x))"),
        rewrite!("i-dif"; "(i (- ?f ?g) ?x)" => "(- (i ?f ?x) (i ?g ?x))"),
        rewrite!("i-parts"; "(i (* ?a ?b) ?x)" =>
            "(- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))"),
    ]
}
