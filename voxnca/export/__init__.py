"""States as files that people look at or work on: pictures, movies, voxels, arrays."""

from voxnca.export.saving import (
    MOVIE_SUFFIXES,
    SUFFIXES,
    check_suffix,
    save_movie,
    save_state,
)

__all__ = ["MOVIE_SUFFIXES", "SUFFIXES", "check_suffix", "save_movie", "save_state"]
