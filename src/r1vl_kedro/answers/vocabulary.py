"""Words that are known to be harmless beside an option or a yes or no, by theme.

A statement in these words describes the picture; no arrangement of them denies what it stands
beside. Words that could (another, last, wrong, guess, not, half) are left out on purpose.
"""

LABELLED = frozenset(
    (
        "option choice answer letter figure picture image photo graph chart diagram plot panel "
        "curve line bar point region area box team group class row column circle triangle square "
        "candidate person player student man woman child boy girl container beaker tube lane route "
        "path city country car house object shape cell organ structure layer company plant animal "
        "sample model plan arrow segment slice set table part label side edge vertex node angle "
        "ray arc face statement item type case scenario block piece pattern position place field "
        "rectangle zone wire element substance liquid gas material machine product store "
        "experiment planet ball cube tile number"
    ).split()
)
"""Things that a letter labels: "curve B"."""

AMOUNTS = frozenset(
    (
        # How many and how much.
        "number sum difference product quotient remainder ratio proportion percentage percent "
        "fraction probability chance average mean median mode range variance maximum minimum "
        "amount value rate factor scale size quantity data "
        # Measures of figures.
        "area perimeter circumference volume length width breadth height depth radius diameter "
        "angle slope intercept gradient distance displacement altitude hypotenuse base side edge "
        "diagonal chord arc segment "
        # Physics, chemistry, money and time.
        "speed velocity acceleration force weight mass density pressure energy power voltage "
        "current resistance capacity temperature frequency wavelength period momentum torque "
        "impulse concentration price profit loss revenue income growth increase decrease interest "
        "discount tax salary fee budget spending expenditure investment production consumption "
        "output sales exports imports share accuracy rating rank votes unemployment inflation "
        "emissions rainfall elevation humidity tension friction change balance population age gap "
        "time duration year month day date hour minute "
        # Algebra.
        "coefficient exponent derivative integral limit determinant matrix vector magnitude "
        "modulus coordinate intersection vertex midpoint centre center origin equation function "
        "expression formula domain set interval inverse root zero constant term sequence pattern "
        "variable degree "
        # What a thing is like.
        "color colour shape name title type kind category material language letter position "
        "location place direction capital season weather stage phase "
    ).split()
)
"""What is asked for and has a value."""

_ASKED_FOR = (
    "surface cost total measure orientation solution result charge amplitude state genotype "
    "phenotype gene allele genus species order family topic subject theme author artist style "
    "genre instrument sport town continent island ocean sea river lake mountain star moon sun sky "
    "earth bird fish insect mammal reptile tree flower fruit vegetable food drink meal vehicle "
    "bus bike plane boat train building room furniture people winner leader teacher doctor "
    "woman's man's metal compound molecule atom ion acid salt solid mineral tissue bone muscle "
    "organism predator prey process reaction sphere cylinder cone pyramid prism dice card coin "
    "pentagon hexagon octagon polygon parallelogram rhombus trapezoid quadrilateral ellipse "
    "parabola tangent sector corner top bottom middle left right thing map section word digit "
    "symbol mark claim relation brand market decade century bin scene artwork painting drawing "
    "street background foreground text solar system activity bank bread cable character cuboid "
    "desert dial disease east factory father film flight gauge grid hotel hyperbola jacket ladder "
    "legend meter mother movie north paper pendulum pipe pole pool president screen semicircle "
    "south thermometer west display classroom tank zoo world fence inventor "
)
_PHOTOGRAPHED = (
    "bicycle motorcycle airplane truck bench cat dog horse sheep cow elephant bear zebra giraffe "
    "duck goat pig rabbit fox mouse rat snake lion tiger monkey bag backpack umbrella handbag tie "
    "suitcase skis snowboard kite bat glove skateboard surfboard racket bottle glass cup fork "
    "knife spoon bowl banana apple sandwich orange carrot pizza donut cake chair couch sofa bed "
    "table toilet television tv laptop remote keyboard phone microwave oven toaster sink "
    "refrigerator book clock vase scissors toothbrush hat helmet shirt shoe coat dress "
    "skirt glasses watch ring "
    "door window wall floor roof bridge road light lamp sign flag grass rock sand snow beach field "
    "forest park garden kitchen bathroom bedroom office shop restaurant hospital school church "
    "gap difference hole cycle shadow sculpture statue"
)
THINGS = AMOUNTS | frozenset(_ASKED_FOR.split()) | frozenset(_PHOTOGRAPHED.split()) | LABELLED
"""Things of which an answer says what they are: "the colour of the car is"."""
SUBJECTS = THINGS - frozenset("option choice answer letter result increase decrease".split())

SUPERLATIVE = frozenset(
    "largest smallest biggest highest lowest longest shortest greatest tallest steepest deepest "
    "shallowest widest narrowest thickest thinnest heaviest lightest fastest slowest hottest "
    "coldest warmest coolest closest nearest farthest furthest oldest youngest brightest darkest "
    "densest richest cheapest maximum minimum most fewest".split()
)
COLOURS = frozenset(
    "red blue green black white yellow orange purple pink brown gray grey violet cyan magenta "
    "gold silver beige turquoise".split()
)
SEEN = COLOURS | frozenset(
    "dark light bright shaded unshaded highlighted coloured colored marked labeled labelled "
    "circled pictured shown visible solid hollow dashed dotted bold filled empty striped curved "
    "straight flat round".split()
)
COMPARED = frozenset(
    "steeper deeper larger smaller higher lower longer shorter taller wider narrower heavier "
    "lighter faster slower bigger greater less fewer more than".split()
)
"""Words of a reason only: "larger than that" corrects a number."""
MODIFIERS = (
    SEEN
    | SUPERLATIVE
    | frozenset(
        "dominant main primary average mean total overall approximate resulting net measured given "
        "missing unknown remaining shaded large small big little tiny metal metallic rubber shiny "
        "matte wooden glass plastic".split()
    )
)
"""What may stand before a thing of which an answer tells."""
VERBS = frozenset(
    "is are was were has have shows show contains contain represents represent depicts depict "
    "holds "
    "increases increase decreases decrease rises rise falls fall grows grow points point touches "
    "touch passes pass lies intersects intersect meets meet crosses forms form reaches reach "
    "belongs bisects bisect "
    "share shares add adds sum sums give gives makes make equals equal heated cooled won "
    "begin begins start starts go goes founded built born written painted "
    "looks look appears appear".split()
)
MEASURES = frozenset(
    "degree degrees cm mm m km unit units dollar dollars year years old second seconds "
    "minute minutes hour hours square cubic centimeter centimeters centimetre centimetres meter "
    "meters metre metres group decade range century in total long wide high tall deep".split()
)
"""What stands behind a number that is an option: "45 degrees", "the 35-44 group"."""
SMALL = frozenset(
    "a an the it its it's they their this these both all each every of in on at to from with by "
    "and as up down between along through there only very clearly exactly "
    "entire whole that n ne e se s sw w nw".split()
)
_PLURALS = frozenset(
    f"{one}s" for one in THINGS if not one.endswith(("s", "x", "ch", "y"))
) | frozenset("vertices axes indices bodies cities countries faces".split())
DESCRIBING = (
    (THINGS | SUPERLATIVE | SEEN | VERBS | SMALL | _PLURALS)
    | frozenset("different steadily valley peak nucleus water axis".split())
) - frozenset(
    "option choice answer letter label number value statement claim term position place case type "
    "part options choices answers letters labels numbers values statements result results "
    "right zero".split()
)
"""All words of a description."""
FIELDS = tuple(
    frozenset(words.split())
    for words in (
        "increase increases increasing decrease decreases decreasing rise rises fall falls grow "
        "grows constant same up down steadily higher lower larger smaller equal starts begins "
        "unchanged doubles halves",
        "left right top bottom up down middle north south east west northeast northwest southeast "
        "southwest n ne e se s sw w nw above below vertical horizontal",
        "round square circle triangle rectangle line polygon pentagon hexagon octagon rhombus "
        "trapezoid quadrilateral ellipse parabola straight curved linear quadratic constant flat "
        "cube sphere cylinder cone pyramid prism box exponential oval curve",
        " ".join(COMPARED),
        "parallel perpendicular equal same different congruent similar intersect intersects meet "
        "meets cross crosses touch touches identical symmetric tangent bisect bisects",
        "solid liquid gas plasma",
        "positive negative zero even odd convex concave acute obtuse rational irrational real "
        "complex prime continuous",
        _PHOTOGRAPHED,
        "bird fish insect mammal reptile plant tree flower fruit vegetable cat dog",
        "star moon sun earth mercury venus mars jupiter saturn",
        "ocean sea river lake mountain island",
        " ".join(SEEN),
        " ".join(SUPERLATIVE),
    )
)
"""Words of one kind: where options have some, another of them would be another answer."""
