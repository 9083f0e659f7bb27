//! Prints samples as each crate writes them; or, given `echo`, reads lines of type, crate and bytes in hexadecimal, decodes them as
//! that type, and prints the value again in that crate's other order of bytes. `test_crates.py` writes `generated.rs`.
mod generated;
mod model;

use serde::{Serialize, de::DeserializeOwned};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

pub fn echo_1<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Vec<u8> {
    use bincode_1::Options;
    let value: T = bincode_1::options().with_fixint_encoding().deserialize(bytes).unwrap();
    bincode_1::options().with_fixint_encoding().with_big_endian().serialize(&value).unwrap()
}

pub fn echo_2<T: bincode::Encode + bincode::Decode<()>>(bytes: &[u8]) -> Vec<u8> {
    let (value, used): (T, usize) = bincode::decode_from_slice(bytes, bincode::config::standard()).unwrap();
    assert_eq!(used, bytes.len());
    bincode::encode_to_vec(&value, bincode::config::standard().with_big_endian().with_fixed_int_encoding()).unwrap()
}

pub fn echo_3<T: bincode_next::Encode + bincode_next::Decode<()>>(bytes: &[u8]) -> Vec<u8> {
    let packed = bincode_next::config::standard().with_bit_packing();
    let (value, used): (T, usize) = bincode_next::decode_from_slice(bytes, packed).unwrap();
    assert_eq!(used, bytes.len());
    bincode_next::encode_to_vec(&value, bincode_next::config::standard().with_big_endian().with_bit_packing()).unwrap()
}

fn samples() {
    let save = model::Save::sample();
    let session = model::Session { user: "u".into(), cache: vec![1], number: 300, last: model::Event::Closed { code: -1 } };
    let telemetry = model::Telemetry { active: true, mode: 5, level: 300, count: 0xabc };
    println!("Save 1 {}", hex(&bincode_1::serialize(&save).unwrap()));
    println!("Save 2 {}", hex(&bincode::encode_to_vec(&save, bincode::config::standard()).unwrap()));
    println!("Session 1 {}", hex(&bincode_1::serialize(&session).unwrap()));
    let named = bincode_next::config::standard().with_fingerprint();
    println!("Named 4 {}", hex(&bincode_next::encode_to_vec(&model::Named::sample(), named).unwrap()));
    println!("Telemetry 3 {}", hex(&bincode_next::encode_to_vec(&telemetry, bincode_next::config::standard().with_bit_packing()).unwrap()));
}

fn main() {
    if std::env::args().nth(1).as_deref() != Some("echo") {
        return samples();
    }
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        println!("{}", hex(&generated::echo(words[0], words[1], &unhex(words.get(2).unwrap_or(&"")))));
    }
}
