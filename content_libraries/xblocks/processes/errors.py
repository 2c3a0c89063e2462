"""Reasons why a block was stopped."""

from __future__ import annotations

from ...errors import BusyError, ContentLibrariesError, UnavailableError


class BlockStoppedError(ContentLibrariesError):
    """A block exceeded a limit, which the message names."""

    code = "block_stopped"


class TookTooLongError(BlockStoppedError):
    """A block took more seconds than ``BLOCK_SECONDS``."""

    code = "took_too_long"


class TookTooMuchMemoryError(BlockStoppedError):
    """A block wanted more memory than ``BLOCK_MEMORY_MIB``."""

    code = "took_too_much_memory"


class AnswerTooLargeError(BlockStoppedError):
    """The response of a block has more bytes than ``BLOCK_MESSAGE_BYTES``."""

    code = "answer_too_large"


class BlockProcessDiedError(BlockStoppedError):
    """The process of a block ended without a response, or sent an invalid response."""

    code = "block_process_died"


class PreemptedError(BusyError):
    """A slow block was stopped before its time was up, because other users waited."""

    code = "made_room"


class BlocksUnavailableError(UnavailableError):
    """The processes of blocks cannot be started. The log of the site says why."""

    code = "blocks_unavailable"


class DatabaseRefusedError(ContentLibrariesError):
    """The code of a block used the database. Its process has no database: the site reads and writes for it."""

    code = "database_refused"
