"""Lists and settings of courses for frontends. Courses themselves belong to the app."""
