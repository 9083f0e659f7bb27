//! A program's own types, as they are found: read by `from_rust`, compiled by rustc.
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::num::NonZeroU16;
use std::ops::{Bound, Range, RangeInclusive};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub const DIMENSIONS: usize = 3;
const CORNERS: usize = 1 << DIMENSIONS;

/// Who may do what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(bincode::Encode, bincode::Decode)]
#[repr(u8)]
pub enum Role {
    None = 7,
    /// Reads only.
    Guest = 3,
    Admin = 200,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
pub struct Key {
    pub path: Vec<String>,
    pub role: Role,
    pub digest: [u8; 4],
    pub parent: Option<Box<Key>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
#[serde(rename_all = "camelCase")]
pub enum Shape<T = f64> {
    Nothing,
    Circle { radius: T, r#type: u8 },
    Line(T, T),
    #[serde(rename = "tag")]
    Text(String),
    Many(Vec<Shape<T>>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
pub enum Expr {
    Lit(i64),
    Neg(Box<Expr>),
    Add(Box<Self>, Box<Self>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
pub enum Versioned {
    V1(Meters),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
pub struct Meters(pub f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
pub struct Marker;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
pub struct Pair<A, B = u8> {
    pub left: A,
    pub right: B,
}

type Grid = [[f32; DIMENSIONS]; CORNERS];
type Checked<T> = Result<T, String>;

pub mod units {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
    pub struct Meters {
        pub value: f32,
        pub unit: char,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
pub struct Save {
    pub id: u64,
    pub small: (i8, i16, i32, i64, i128, u8, u16, u32, u128, usize, isize),
    pub name: Box<str>,
    pub letter: char,
    pub on: bool,
    pub from: Option<Option<u8>>,
    pub unit: Option<()>,
    pub grid: Grid,
    pub raw: Vec<u8>,
    pub boxed: Box<[u8]>,
    pub fixed: [u8; 16],
    pub keys: HashMap<Key, Shape>,
    pub sorted: BTreeMap<String, Vec<Option<Role>>>,
    pub set: HashSet<(u8, Role)>,
    pub ordered: BTreeSet<i16>,
    pub queue: VecDeque<Meters>,
    pub heap: Vec<BTreeSet<u8>>,
    pub shapes: Vec<Shape<f32>>,
    pub expr: Expr,
    pub old: Versioned,
    pub marker: Marker,
    pub pair: Pair<String>,
    pub other: Pair<Pair<u8, i8>, units::Meters>,
    pub ok: Checked<u32>,
    pub err: Result<(), Role>,
    pub port: NonZeroU16,
    pub took: Duration,
    pub at: SystemTime,
    pub ip: IpAddr,
    pub host: Ipv4Addr,
    pub socket: SocketAddrV4,
    pub file: PathBuf,
    pub range: Range<u8>,
    pub inclusive: RangeInclusive<i32>,
    pub bound: Bound<u16>,
    pub shared: Arc<str>,
}


/// serde alone writes it: what it skips is not there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub user: String,
    #[serde(skip)]
    pub cache: Vec<u64>,
    #[serde(default, alias = "n")]
    pub number: u32,
    pub last: Event,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    Opened,
    Closed { code: i32 },
    #[serde(skip)]
    Internal(u8),
}

/// Packed fields belong to bincode-next.
#[derive(Debug, Clone, PartialEq, bincode_next::BitPacked)]
#[bincode(bit_packing = "msb")]
pub struct Telemetry {
    #[bincode(bits = 1)]
    pub active: bool,
    #[bincode(bits = 3)]
    pub mode: u8,
    pub level: u16,
    #[bincode(bits = 12)]
    pub count: u32,
}

/// Names are seen by the fingerprint.
#[derive(Debug, Clone, PartialEq, bincode_next::Encode, bincode_next::Decode, bincode_next::Fingerprint)]
pub struct Named {
    pub from: u8,
    pub list: Vec<Choice>,
    pub by_name: BTreeMap<String, Option<i128>>,
    pub colour: Colour,
    pub place: Place,
    pub empty: Empty,
    pub other: (u8, Result<bool, char>),
}

#[derive(Debug, Clone, PartialEq, bincode_next::Encode, bincode_next::Decode, bincode_next::Fingerprint)]
pub enum Choice {
    None,
    True(u8, f32),
    Other { class: i32 },
}

#[derive(Debug, Clone, Copy, PartialEq, bincode_next::Encode, bincode_next::Decode, bincode_next::Fingerprint)]
pub enum Colour {
    None,
    Red,
}

#[derive(Debug, Clone, PartialEq, bincode_next::Encode, bincode_next::Decode, bincode_next::Fingerprint)]
pub struct Place(pub f32, pub u64);

#[derive(Debug, Clone, PartialEq, bincode_next::Encode, bincode_next::Decode, bincode_next::Fingerprint)]
pub struct Empty;

impl Named {
    pub fn sample() -> Self {
        Named {
            from: 1,
            list: vec![Choice::None, Choice::True(2, 0.5), Choice::Other { class: -3 }],
            by_name: BTreeMap::from([("a".into(), Some(-1))]),
            colour: Colour::Red,
            place: Place(1.0, 2),
            empty: Empty,
            other: (4, Err('x')),
        }
    }
}

impl Save {
    pub fn sample() -> Self {
        Save {
            id: 1 << 40,
            small: (-1, -300, 70_000, i64::MIN, -(1 << 100), 255, 65_535, 251, u128::MAX, 1 << 33, -9),
            name: "Zoë".into(),
            letter: '🌍',
            on: true,
            from: Some(None),
            unit: Some(()),
            grid: [[0.5, -1.25, 3.0]; CORNERS],
            raw: vec![1, 2, 251],
            boxed: vec![9; 3].into(),
            fixed: *b"0123456789abcdef",
            keys: HashMap::from([(
                Key {
                    path: vec!["a".into(), "b".into()],
                    role: Role::Admin,
                    digest: [1, 2, 3, 4],
                    parent: Some(Box::new(Key { path: vec![], role: Role::None, digest: [0; 4], parent: None })),
                },
                Shape::Circle { radius: 2.5, r#type: 1 },
            )]),
            sorted: BTreeMap::from([("x".into(), vec![None, Some(Role::Guest)]), ("y".into(), vec![])]),
            set: HashSet::from([(3, Role::Guest)]),
            ordered: BTreeSet::from([600]),
            queue: VecDeque::from([Meters(1.5), Meters(-0.0)]),
            heap: vec![BTreeSet::from([1])],
            shapes: vec![
                Shape::Nothing,
                Shape::Line(1.0, 2.0),
                Shape::Text("t".into()),
                Shape::Many(vec![Shape::Nothing, Shape::Many(vec![])]),
            ],
            expr: Expr::Add(Box::new(Expr::Lit(-7)), Box::new(Expr::Neg(Box::new(Expr::Lit(1 << 50))))),
            old: Versioned::V1(Meters(4.0)),
            marker: Marker,
            pair: Pair { left: "l".into(), right: 5 },
            other: Pair { left: Pair { left: 1, right: -1 }, right: units::Meters { value: 1.5, unit: 'm' } },
            ok: Ok(70_000),
            err: Err(Role::Guest),
            port: NonZeroU16::new(8080).unwrap(),
            took: Duration::new(5, 730_023_852),
            at: SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 1),
            ip: "::1".parse().unwrap(),
            host: Ipv4Addr::LOCALHOST,
            socket: "10.0.0.1:443".parse().unwrap(),
            file: "a/b.txt".into(),
            range: 1..5,
            inclusive: -1..=70_000,
            bound: Bound::Excluded(300),
            shared: "shared".into(),
        }
    }
}
