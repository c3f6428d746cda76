"""Every address of the site, one function each. The table of routes, `ui.routes`, says what is found there.

A link is a path on this site, with its query where there is one; an id in it says nothing about a person. What is ''
or None stays out of the query. A module has the links of one side of the office; callers find all of them here.
"""

from .addresses import at as at
from .agencies import *
from .batches import *
from .behind_pages import *
from .documents import *
from .entrance import *
from .office import *
from .oversight import *
from .own_account import *
from .own_record import *
from .profiles import *
from .units import *
