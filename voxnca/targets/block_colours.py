"""What colour a block of Minecraft has, by its name: our own numbers, chosen by eye."""

from __future__ import annotations

import colorsys
import hashlib

Colour = tuple[int, int, int, int]

EMPTY = frozenset({"air", "cave_air", "void_air", "structure_void", "barrier", "light"})
GLASS_ALPHA = 179
"""Glass, water and the like: seen through, yet solid."""
_TRANSLUCENT = ("glass", "glass_pane", "water", "ice", "slime_block", "honey_block")

DYES = {
    "white": "e4e8ea", "orange": "e8761b", "magenta": "b846ad", "light_blue": "46acd8",
    "yellow": "f3c12e", "lime": "76b71f", "pink": "e98aa8", "gray": "454a4e",
    "light_gray": "929389", "cyan": "1c8a92", "purple": "7c30a8", "blue": "393fa0",
    "brown": "764a2c", "green": "587020", "red": "a52a25", "black": "1c1d22",
}  # fmt: skip
WOODS = {
    "dark_oak": "45301a", "oak": "a88550", "spruce": "755631", "birch": "c7b57c",
    "jungle": "a47653", "acacia": "ad5f35", "mangrove": "793a33", "cherry": "e3b5ad",
    "bamboo": "c5ae53", "crimson": "683149", "warped": "2e6d68", "pale_oak": "e4dbd8",
}  # fmt: skip
MATERIALS = {
    "stone": "808080", "cobblestone": "7b7b7b", "mossy_cobblestone": "6d7a5d",
    "stone_brick": "7b7a7b", "mossy_stone_brick": "727a68", "cracked_stone_brick": "757475",
    "chiseled_stone_brick": "777677", "smooth_stone": "a0a0a0", "andesite": "898a89",
    "polished_andesite": "848785", "diorite": "bebebf", "polished_diorite": "c2c2c4",
    "granite": "976a57", "polished_granite": "9b6c5a", "deepslate": "515154",
    "cobbled_deepslate": "4e4e51", "deepslate_brick": "474748", "deepslate_tile": "373738",
    "polished_deepslate": "49494a", "tuff": "6d6e67", "calcite": "dfe0dc", "bedrock": "565656",
    "grass_block": "6f9c45", "grass": "6f9c45", "short_grass": "6f9c45", "tall_grass": "6f9c45",
    "fern": "628b42", "dirt": "87623f", "coarse_dirt": "78563a", "rooted_dirt": "90684c",
    "podzol": "5c4020", "dirt_path": "957a42", "farmland": "7d5632", "mud": "3d3a3d",
    "mud_brick": "8a684f", "packed_mud": "8f6b50", "moss_block": "5a6e2d", "moss_carpet": "5a6e2d",
    "sand": "dccf9f", "sandstone": "d9cb98", "smooth_sandstone": "dfd5a6",
    "cut_sandstone": "dacd9c", "chiseled_sandstone": "d9ca99", "red_sand": "bf6722",
    "red_sandstone": "bb631e", "gravel": "84807f", "clay": "a1a7b3", "snow": "f9fefe",
    "snow_block": "f9fefe", "powder_snow": "f5fbfb", "ice": "91b6fc", "packed_ice": "8eb4f9",
    "blue_ice": "74a8fd", "water": "3f66d4", "lava": "d75b12", "magma_block": "8e3f20",
    "obsidian": "100b1a", "crying_obsidian": "230d3e", "netherrack": "622827",
    "nether_brick": "2d171b", "red_nether_brick": "470709", "soul_sand": "524032",
    "soul_soil": "4c3a2f", "glowstone": "b08a57", "basalt": "4c4c51", "polished_basalt": "5c5c5f",
    "blackstone": "2a2429", "polished_blackstone": "353139",
    "polished_blackstone_brick": "302b32",
    "end_stone": "dcdfa0", "end_stone_brick": "dbe2a5", "purpur": "ab7dab",
    "purpur_block": "ab7dab", "purpur_pillar": "ac80ac", "quartz": "ece6df",
    "quartz_block": "ece6df",
    "smooth_quartz": "ede7e0", "quartz_pillar": "ebe6e0", "quartz_brick": "ebe5de",
    "prismarine": "649d98", "prismarine_brick": "64aca0", "dark_prismarine": "345d4d",
    "sea_lantern": "acc8bf", "brick": "976253", "bookshelf": "785f38", "terracotta": "985f44",
    "glass": "c3dfe6", "tinted_glass": "2c262e", "iron_block": "dcdcdc", "iron_bars": "898b89",
    "iron": "c4c3c3", "gold_block": "f7d03f", "diamond_block": "63eee5", "emerald_block": "2bcc58",
    "lapis_block": "1f448d", "redstone_block": "b01906", "coal_block": "101010",
    "netherite_block": "433d40", "copper_block": "c16c50", "cut_copper": "c06b51",
    "exposed_copper": "a27e69", "weathered_copper": "6d9270", "oxidized_copper": "53a485",
    "exposed_cut_copper": "9c7b66", "weathered_cut_copper": "6e9270",
    "oxidized_cut_copper": "509a7f",
    "amethyst_block": "8662c0", "coal_ore": "6a6a69", "iron_ore": "89827a", "gold_ore": "928668",
    "diamond_ore": "7a8f8d", "redstone_ore": "8d6d6d", "copper_ore": "7d7e78",
    "pumpkin": "c77518", "carved_pumpkin": "c0701a", "jack_o_lantern": "d6993a", "melon": "719221",
    "hay_block": "a78b26", "cactus": "577f2a", "sugar_cane": "94c065", "vine": "4d7430",
    "lily_pad": "2a6a20", "brown_mushroom_block": "957050", "red_mushroom_block": "c93130",
    "mushroom_stem": "cbc5ba", "sponge": "c4c34b", "slime_block": "70c05c",
    "honey_block": "fbba34", "bone_block": "e5e1cf", "tnt": "bb4a39", "chest": "a0712c",
    "trapped_chest": "a0712c", "barrel": "866338", "crafting_table": "7c5433",
    "furnace": "737373", "ladder": "8a6c3e", "torch": "f5cf63", "wall_torch": "f5cf63",
    "lantern": "6e5d52", "campfire": "6c5130", "cobweb": "e5e9ea", "dandelion": "f2d424",
    "poppy": "c8281f", "flower_pot": "7d4536", "scaffolding": "b0884d", "composter": "74502a",
    "redstone_lamp": "5f361c", "anvil": "464646", "cauldron": "4a4a4b", "bell": "f5ca4a",
    "azalea_leaves": "5a7530", "flowering_azalea_leaves": "646f3d", "wheat": "b9a04b",
    "jigsaw": "50455a", "structure_block": "594a5b", "hopper": "4b4a4b", "chain": "333a4a",
}  # fmt: skip
LEAVES = {
    "spruce": "46683f", "birch": "6b8a43", "cherry": "e6b1c6", "acacia": "5c8a23",
    "dark_oak": "417a1e", "mangrove": "4f8a22", "pale_oak": "767d74",
}  # fmt: skip
_PARTS = (
    "_stairs", "_slab", "_wall", "_fence_gate", "_fence", "_button", "_pressure_plate", "_trapdoor",
    "_door", "_wall_hanging_sign", "_hanging_sign", "_wall_sign", "_sign", "_planks", "_pane",
)  # fmt: skip


def block_colour(name: str) -> tuple[Colour | None, bool]:
    """Return a block's RGBA, None if nothing is seen of it, and whether the block is known.

    Args:
        name: such as `minecraft:oak_stairs[facing=east]`. An unknown one has a colour made from
            it, the same each time.
    """
    plain = name.partition("[")[0].rpartition(":")[2]
    if plain in EMPTY:
        return None, True
    alpha = GLASS_ALPHA if plain.endswith(_TRANSLUCENT) else 255
    found = _known(plain)
    if found is None:
        return (*_made_up(plain), alpha), False
    red, green, blue = bytes.fromhex(found)
    return (red, green, blue, alpha), True


def _known(plain: str) -> str | None:
    material = plain.removeprefix("waxed_").removeprefix("infested_").removeprefix("potted_")
    if material in MATERIALS:
        return MATERIALS[material]
    if material.endswith("_leaves"):
        return LEAVES.get(material.removesuffix("_leaves"), "557d2c")
    for part in _PARTS:
        material = material.removesuffix(part)
    for form in (material, material.removesuffix("s"), material.removesuffix("_block")):
        if form in MATERIALS:
            return MATERIALS[form]
    of_wood = material.removeprefix("stripped_")
    for wood, colour in WOODS.items():
        if of_wood == wood or of_wood.startswith(f"{wood}_"):
            return colour
    dyes = [dye for dye in DYES if material.startswith(f"{dye}_")]
    return DYES[max(dyes, key=len)] if dyes else None


def _made_up(plain: str) -> tuple[int, int, int]:
    """Return a colour of middling light: its hue depends on the name alone."""
    digest = hashlib.blake2b(plain.encode(), digest_size=2).digest()
    red, green, blue = colorsys.hls_to_rgb(digest[0] / 256, 0.42 + digest[1] / 1280, 0.45)
    return round(255 * red), round(255 * green), round(255 * blue)
