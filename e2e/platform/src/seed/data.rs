//! Who and what the demo is about. The business numbers are valid by their check digit and belong to
//! nobody that we know of.

pub use crds::PaymentProvider;

use super::pictures::Picture;

/// The platform's admin, a ready-made person of the simulator.
pub const ADMIN: &str = "1002";

/// The ready-made people who own companies: the first three own the demo's, the fourth has none yet.
pub const OWNERS: [&str; 4] = ["1011", "1012", "1013", "1001"];

pub struct Company {
    /// The owner's id at the simulator.
    pub owner: &'static str,
    pub name: &'static str,
    pub slug: &'static str,
    pub business_number: &'static str,
    pub representative: &'static str,
    pub mail_order_number: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
    /// Whose simulated gateway the company's account is at.
    pub provider: PaymentProvider,
    /// KakaoPay's CID of ten characters, or the client key at Toss; and the secret key.
    pub merchant_id: &'static str,
    pub merchant_key: &'static str,
    pub category: &'static str,
    pub products: [Product; 4],
}

pub struct Product {
    pub name: &'static str,
    pub description: &'static str,
    /// Won.
    pub list_price: i64,
    /// Won.
    pub price: i64,
    pub stock: u32,
    pub per_shopper_max: u32,
    pub picture: Picture,
}

/// Opens one minute after the first start.
pub const HANBIT: Company = Company {
    owner: OWNERS[0],
    name: "한빛커피로스터스",
    slug: "hanbit",
    business_number: "214-87-12450",
    representative: "한소라",
    mail_order_number: "제2024-서울마포-0412호",
    email: "hello@hanbit.example",
    phone: "02-332-0412",
    provider: PaymentProvider::KakaoPay,
    merchant_id: "HANBIT0001",
    merchant_key: "sim-hanbit",
    category: "food",
    products: [
        Product {
            name: "에티오피아 예가체프 원두 500g",
            description: "자스민 향과 복숭아 같은 단맛이 나는 약배전 원두예요. 주문한 다음 날 볶아서 보내요.",
            list_price: 26_000,
            price: 15_600,
            stock: 400,
            per_shopper_max: 3,
            picture: Picture::CoffeeBag,
        },
        Product {
            name: "콜드브루 원액 2병 세트",
            description: "18시간 동안 천천히 내린 원액 500ml 두 병이에요. 물이나 우유에 1:4로 섞어 드세요.",
            list_price: 29_800,
            price: 17_900,
            stock: 300,
            per_shopper_max: 2,
            picture: Picture::ColdBrew,
        },
        Product {
            name: "핸드드립 입문 세트",
            description: "도자기 드리퍼와 600ml 서버, 종이 필터 100장을 한 상자에 담았어요.",
            list_price: 48_000,
            price: 28_800,
            stock: 200,
            per_shopper_max: 1,
            picture: Picture::Dripper,
        },
        Product {
            name: "드립백 다섯 가지 맛 20개입",
            description: "산지가 다른 다섯 가지 원두를 네 개씩 담았어요. 뜨거운 물만 있으면 돼요.",
            list_price: 24_000,
            price: 13_200,
            stock: 500,
            per_shopper_max: 4,
            picture: Picture::DripBags,
        },
    ],
};

/// Opens tomorrow at ten.
pub const MOA: Company = Company {
    owner: OWNERS[1],
    name: "모아리빙",
    slug: "moa",
    business_number: "129-86-33714",
    representative: "오대표",
    mail_order_number: "제2023-성남분당-1187호",
    email: "moa@moaliving.example",
    phone: "031-701-1187",
    provider: PaymentProvider::KakaoPay,
    merchant_id: "MOALIV0001",
    merchant_key: "sim-moa",
    category: "living",
    products: [
        Product {
            name: "패브릭 갓 무드등",
            description: "세 단계로 밝기를 바꿀 수 있는 침실용 무드등이에요. 갓은 손으로 씌웠어요.",
            list_price: 79_000,
            price: 47_400,
            stock: 150,
            per_shopper_max: 2,
            picture: Picture::MoodLamp,
        },
        Product {
            name: "호텔 수건 6장 세트",
            description: "40수 코마사로 짠 도톰한 수건이에요. 180g이라 물기를 금세 거둬요.",
            list_price: 54_000,
            price: 32_400,
            stock: 400,
            per_shopper_max: 3,
            picture: Picture::Towels,
        },
        Product {
            name: "오크 원목 협탁",
            description: "화이트오크 원목에 천연 오일을 먹였어요. 다리는 돌려 끼우면 끝이에요.",
            list_price: 189_000,
            price: 119_000,
            stock: 60,
            per_shopper_max: 1,
            picture: Picture::SideTable,
        },
        Product {
            name: "물결 유약 머그 2개 세트",
            description: "이천에서 빚은 320ml 머그예요. 유약이 흘러내린 자국이 하나하나 달라요.",
            list_price: 42_000,
            price: 25_200,
            stock: 250,
            per_shopper_max: 2,
            picture: Picture::Mugs,
        },
    ],
};

/// Has one behind it.
pub const DEULKKOT: Company = Company {
    owner: OWNERS[2],
    name: "들꽃뷰티",
    slug: "deulkkot",
    business_number: "608-81-49029",
    representative: "윤점장",
    mail_order_number: "제2025-부산해운대-0093호",
    email: "care@deulkkot.example",
    phone: "051-744-0093",
    provider: PaymentProvider::KakaoPay,
    merchant_id: "DEULKT0001",
    merchant_key: "sim-deulkkot",
    category: "beauty",
    products: [
        Product {
            name: "쑥 수분 크림 50ml",
            description: "거문도 해풍쑥을 우려 만든 저자극 수분 크림이에요.",
            list_price: 38_000,
            price: 22_800,
            stock: 60,
            per_shopper_max: 2,
            picture: Picture::CreamJar,
        },
        Product {
            name: "병풀 앰플 세럼 30ml",
            description: "병풀 추출물을 72% 담은 진정 세럼이에요. 아침저녁으로 두세 방울이면 돼요.",
            list_price: 42_000,
            price: 23_100,
            stock: 50,
            per_shopper_max: 2,
            picture: Picture::Serum,
        },
        Product {
            name: "들꽃 핸드크림 3종",
            description: "장미, 라벤더, 풀잎 향을 50ml씩 담았어요. 선물 상자에 넣어 보내요.",
            list_price: 27_000,
            price: 16_200,
            stock: 80,
            per_shopper_max: 3,
            picture: Picture::HandCreams,
        },
        Product {
            name: "컬러 립밤 3종",
            description: "바르면 은은하게 물드는 비건 립밤이에요. 코랄, 로즈, 플럼 세 가지예요.",
            list_price: 33_000,
            price: 19_800,
            stock: 70,
            per_shopper_max: 2,
            picture: Picture::LipBalms,
        },
    ],
};
