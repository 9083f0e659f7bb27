//! Sums and products with explicit rules for associativity, commutativity and distribution; no analysis.

use egg::{Rewrite, SymbolLang, rewrite};

/// `ac`: a sum alone; `distribute`: products of sums; `factor`: both ways.
pub fn rules(name: &str) -> Vec<Rewrite<SymbolLang, ()>> {
    let mut rules = vec![
        rewrite!("commute sum"; "(+ ?a ?b)" => "(+ ?b ?a)"),
        rewrite!("group sum"; "(+ ?a (+ ?b ?c))" => "(+ (+ ?a ?b) ?c)"),
    ];
    if name != "ac" {
        rules.extend([
            rewrite!("commute product"; "(* ?a ?b)" => "(* ?b ?a)"),
            rewrite!("group product"; "(* ?a (* ?b ?c))" => "(* (* ?a ?b) ?c)"),
            rewrite!("distribute"; "(* ?a (+ ?b ?c))" => "(+ (* ?a ?b) (* ?a ?c))"),
        ]);
    }
    if name == "factor" {
        rules.push(rewrite!("factor"; "(+ (* ?a ?b) (* ?a ?c))" => "(* ?a (+ ?b ?c))"));
    }
    rules
}
