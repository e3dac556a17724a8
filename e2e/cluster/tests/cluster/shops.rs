//! The companies of these tests. Ready-made people of the simulator own them; each shop sells out
//! before its crowd is served.

use e2e_platform::seed::data::{Company, HANBIT, MOA, PaymentProvider, Product};
use e2e_platform::seed::pictures::Picture;

pub const BOOKS: Company = Company {
    owner: "1001",
    name: "달빛책방",
    slug: "dalbit",
    business_number: "123-45-67891",
    representative: "김사장",
    mail_order_number: "제2025-서울종로-0101호",
    email: "owner@dalbit.example",
    phone: "02-720-0101",
    provider: PaymentProvider::KakaoPay,
    merchant_id: "DALBIT0001",
    merchant_key: "sim-dalbit",
    category: "living",
    products: [
        product("달빛 독서등", 60),
        product("리넨 책갈피 세트", 40),
        product("한지 노트 세 권", 30),
        product("책방 머그", 20),
    ],
};

/// The demo's, with less on its shelves.
pub const COFFEE: Company = Company {
    products: [
        product("에티오피아 예가체프 원두", 30),
        product("콜드브루 원액", 20),
        product("핸드드립 입문 세트", 15),
        product("드립백 스무 개", 15),
    ],
    ..HANBIT
};

/// Another of the demo's, whose shoppers pay through Toss.
pub const LAMPS: Company = Company {
    provider: PaymentProvider::Toss,
    merchant_id: "test_ck_moa",
    merchant_key: "test_sk_moa",
    products: [
        product("패브릭 갓 무드등", 30),
        product("호텔 수건 세트", 20),
        product("오크 원목 협탁", 15),
        product("물결 유약 머그", 15),
    ],
    ..MOA
};

const fn product(name: &'static str, stock: u32) -> Product {
    Product {
        name,
        description: "오늘만 이 가격이에요.",
        list_price: 20_000,
        price: 12_000,
        stock,
        per_shopper_max: 2,
        picture: Picture::MoodLamp,
    }
}
