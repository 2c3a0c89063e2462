"""
The public Python API: everything that the rooms list in ``__all__``.

The room ``history`` has names of other rooms, too, such as ``Action``. Import its functions from ``history.api``.
"""

from .actors import *  # noqa: F403
from .backups.api import *  # noqa: F403
from .block_types.api import *  # noqa: F403
from .clipboard.api import *  # noqa: F403
from .content.api import *  # noqa: F403
from .courses.api import *  # noqa: F403
from .imports.api import *  # noqa: F403
from .jobs.figures import *  # noqa: F403 - the rest of the room is for rooms with jobs
from .jobs.sweeping import *  # noqa: F403
from .keys import *  # noqa: F403
from .libraries.api import *  # noqa: F403
from .search.api import *  # noqa: F403
from .sync.api import *  # noqa: F403
from .xblocks.api import *  # noqa: F403
