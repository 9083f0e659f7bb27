// Reads one encoding in hex a line and says what bincode-next makes of it: how many bytes, and how it writes the value;
// or the kind of its error. The type is that of `test_crate.py`.
#![allow(dead_code)]
use bincode_next::*;
use std::collections::*;
use std::io::BufRead;

#[derive(Encode, Decode)]
enum Plain {
    A,
    B(u8),
    C { x: i16, y: Option<bool> },
}

#[derive(Encode, Decode)]
struct Pair {
    a: f64,
    b: [u16; 2],
}

#[derive(BitPacked)]
struct Packed {
    #[bincode(bits = 3)]
    a: u8,
    #[bincode(bits = 12)]
    b: u16,
    c: u32,
    #[bincode(bits = 1)]
    d: bool,
}

#[derive(BitPacked)]
enum Choice {
    A,
    B {
        #[bincode(bits = 5)]
        x: u8,
        y: u16,
    },
    C(u8, #[bincode(bits = 9)] i16),
}

type Inner = (char, Pair, Result<u32, std::time::Duration>, [i8; 2], Vec<i8>, u128, usize);
type Value = (
    Option<BTreeMap<u8, String>>,
    Vec<Plain>,
    BTreeSet<i128>,
    Vec<u8>,
    f32,
    std::net::SocketAddr,
    Inner,
    Packed,
    Vec<Choice>,
    std::time::SystemTime,
    std::ops::Bound<u16>,
);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

macro_rules! judge {
    ($config:expr) => {{
        let config = $config.with_limit::<4096>();
        for line in std::io::stdin().lock().lines() {
            let line = line.unwrap();
            let pairs = (0..line.len() / 2).map(|at| &line[2 * at..2 * at + 2]);
            let bytes: Vec<u8> = pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
            let read: Result<(Value, usize), _> = decode_from_slice(&bytes, config);
            match read {
                Ok((value, end)) => match encode_to_vec(&value, config) {
                    Ok(written) => println!("ok {end} {}", hex(&written)),
                    Err(_) => println!("ok {end} -"),
                },
                Err(error) => {
                    let text = format!("{error:?}");
                    println!("{}", text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap());
                }
            }
        }
    }};
}

fn main() {
    let standard = config::standard();
    match std::env::args().nth(1).unwrap().as_str() {
        "standard" => judge!(standard),
        "big" => judge!(standard.with_big_endian()),
        "fixed" => judge!(standard.with_fixed_int_encoding()),
        "legacy" => judge!(config::legacy()),
        "lsb" => judge!(standard.with_bit_packing()),
        "msb" => judge!(config::legacy().with_big_endian().with_bit_packing()),
        "deterministic" => judge!(standard.with_deterministic_bincode()),
        "cbor" => judge!(standard.with_cbor_format()),
        "cbor-packed" => judge!(standard.with_cbor_format().with_bit_packing()),
        "cbor-deterministic" => judge!(standard.with_deterministic_cbor()),
        other => panic!("{other}"),
    }
}
