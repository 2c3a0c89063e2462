import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from content_libraries.content import api as content
from content_libraries.content.rest import urls
from tests.content.conftest import *
from tests.conftest import *
import time
def test_bench(lib):
    N=40000
    t=time.time()
    for i in range(0,N,5000):
        content.write_items(None, lib.library, components=[content.ComponentWrite("html", f"h{n}", f"Title {n}", "<html/>") for n in range(i,i+5000)])
    content.write_items(None, lib.library, containers=[content.ContainerWrite("unit", f"u{n}", f"U {n}", tuple(f"xblock.v1:html:h{k}" for k in range(n*4,n*4+4))) for n in range(5000)])
    print("write",time.time()-t)
    def timed(label,f):
        f()
        ts=[]
        for _ in range(3):
            t=time.time(); f(); ts.append(time.time()-t)
        with CaptureQueriesContext(connection) as c: f()
        print(label, min(ts), len(c.captured_queries), sorted([(q["time"],q["sql"][:150]) for q in c.captured_queries])[-2:])
    timed("list", lambda: lib.http.get(lib.library_url("blocks/"),{"page_size":50}))
    timed("list last", lambda: lib.http.get(lib.library_url("blocks/"),{"page_size":50,"page":N//50}))
    timed("search", lambda: lib.http.get(lib.library_url("blocks/"),{"page_size":50,"text_search":"title 39"}))
    timed("type", lambda: lib.http.get(lib.library_url("blocks/"),{"page_size":50,"block_type":"html"}))
    timed("get", lambda: lib.get("html:h30"))
    timed("hier", lambda: lib.get("html:h30","hierarchy/"))
    timed("children", lambda: lib.get("unit:u30","children/"))
    k=iter(range(1000))
    timed("create", lambda: lib.create(f"html:new{next(k)}"))
    timed("olx", lambda: lib.set_olx("html:h30","<html>%s</html>"%next(k)))
    timed("rename unit", lambda: lib.rename("unit:u30","T %s"%next(k)))
    timed("append", lambda: lib.add_children("unit:u30","html:h1"))
    timed("del/restore", lambda: (lib.delete("html:h30"), lib.restore("html:h30")))
