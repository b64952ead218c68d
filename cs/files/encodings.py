"""In which encoding a text was saved. Simplified and traditional Chinese (GB18030, BIG5) use the same bytes
for other characters: which one was meant shows by the characters that come out. Pure: standard library
only."""

import re
from collections import Counter

# Characters that stand in every list of customers, goods or complaints, and the commonest of all texts.
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道"
    "行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日者意无力"
    "它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体相见被利什二等产或新"
    "己制身果加西月话合回特代内信表化老给世位次度门任常先海通教原东声提立及比员解水名真论处走各入几口认条平系"
    "气题活更别打女变四总何电数安少报才结反受目太量再感建务做接必场件计管期市直资山金指统区保至形社便空决治展"
    "科司五基书非则听白界达光放强即像难且权思王完设式色路记南品住告类求据程北边张该交规万取格望术领共确传师清"
    "今切院让识候带导争运六七八九百千元角斤台只箱套盒户称编号址联手邮备注型批单价额订货投诉良因措责结案简税银"
    "账深圳广州莞佛惠珠京苏宁波杭厦江浙省县镇街楼室限股份集团技子器汽车音响喇叭功载测试甲乙丙丁戊庚辛壬癸李刘"
    "陈杨赵黄周吴徐孙胡朱林郭马罗梁宋郑谢韩唐冯董萧曹袁邓许傅沈曾彭吕苹破坏划伤异无响客"
    "這個們來為國時說對發後裡種經麼學現當沒動還進樣開從實無與長機關點業將兩間問並應頭體見產話給門東聲員論處"
    "條氣題別變總電數報結務場計資區決書聽達強難權設記類據邊張該規萬領確傳師帶導爭運戶稱編號聯繫郵備註單價額訂"
    "貨訴責簡稅銀帳廣灣臺縣鎮樓團車響測試陳劉楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂廠壞劃傷異隻蘇寧廈"
)
_MARKS = frozenset("，。、：；（）“”‘’！？《》【】—…·％＋－／　①②③④⑤°℃×±√")
# Which characters are the common half of each standard: the first byte of the last of them.
_LAST_COMMON = {"gb2312": 0xD7, "big5": 0xC6}
_COMMON_WEIGHT, _STANDARD_WEIGHT, _RARE_WEIGHT = 3, 1, -2
CLEAR_DIFFERENCE = 2
FIRST_OF_THREE_BYTES = 0x800  # in utf-8; every Chinese character is beyond it
_LETTERS_NOT_WRITTEN = re.compile("[^\x00-\x7f\xa0-\u017f\u0384-\u03ce\u0400-\u045f]")  # in this trade
SAMPLE = 64 * 1024


def possible_texts(data: bytes) -> list[str]:
    """Return what a file says: nothing where it is no text, more than one reading where they cannot be told
    apart. NUL characters are left in."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(data, "utf-16")
    # Without a byte order mark utf-16 shows by the NULs that stand beside each separator and digit.
    nuls = data.count(0)
    if nuls > len(data) // 20:
        odd = data[1::2].count(0)
        if odd > 0.95 * nuls:
            return _decode(data, "utf-16-le")
        return _decode(data, "utf-16-be") if odd < 0.05 * nuls else []
    return _unicode_texts(data) or _chinese_texts(data)


def _unicode_texts(data: bytes) -> list[str]:
    """Return the reading as utf-8. A few words of GB18030 may happen to be utf-8 too, of other letters."""
    texts = _decode(data, "utf-8-sig")
    letters = set(texts[0]) if texts else set()
    if any(ord(letter) >= FIRST_OF_THREE_BYTES for letter in letters) or all(map(str.isascii, letters)):
        return texts
    simplified = _decode(data, "gb18030")
    likelihood = _likelihood(simplified[0], "gb2312") if simplified else 0
    if likelihood > 0 and _LETTERS_NOT_WRITTEN.search(texts[0]):
        return simplified
    count = sum(not letter.isascii() for letter in simplified[0]) if simplified else 0
    return texts + simplified if likelihood >= 2 * count > 0 else texts


def _chinese_texts(data: bytes) -> list[str]:
    simplified, traditional = _decode(data, "gb18030"), _decode(data, "cp950")
    if not simplified or not traditional:
        texts = simplified or traditional
        doubtful = bool(texts) and _likelihood(texts[0], "gb2312" if simplified else "big5") < 0
        return texts + _decode(data, "latin-1") if doubtful else texts
    weights = _likelihood(simplified[0], "gb2312"), _likelihood(traditional[0], "big5")
    if max(weights) < 0 or abs(weights[0] - weights[1]) < CLEAR_DIFFERENCE:
        return simplified + traditional
    return simplified if weights[0] > weights[1] else traditional


def _decode(data: bytes, encoding: str) -> list[str]:
    try:
        return [data.decode(encoding)]
    except UnicodeDecodeError:
        return []


def _likelihood(text: str, standard: str) -> int:
    """Return how far the characters beyond ASCII are those that people write."""
    counts = Counter(text[:SAMPLE])
    return sum(
        count * _weight(character, standard) for character, count in counts.items() if ord(character) > 0x7F
    )


def _weight(character: str, standard: str) -> int:
    if character in _COMMON:
        return _COMMON_WEIGHT
    if character in _MARKS:
        return _STANDARD_WEIGHT
    try:
        first = character.encode(standard)[0]
    except UnicodeEncodeError:
        return _RARE_WEIGHT
    if first < (0xB0 if standard == "gb2312" else 0xA4):
        return 0
    return _STANDARD_WEIGHT if first <= _LAST_COMMON[standard] else 0
