"""Records of imports: which item each block became, and where references to a source lead."""
