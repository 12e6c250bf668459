import os
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]="1"
from playwright.sync_api import sync_playwright
def test_docs(live_server):
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = b.new_page(viewport={"width":1280,"height":1400}); logs=[]
        page.on("console", lambda m: logs.append(m.text)); page.on("requestfailed", lambda r: logs.append("FAILED "+r.url))
        page.on("request", lambda r: logs.append("REQ "+r.url))
        page.goto(live_server.url+"/api/v1/docs"); page.wait_for_selector(".opblock", timeout=60000)
        page.click(".opblock-post >> nth=0"); page.wait_for_timeout(3000)
        page.screenshot(path="/tmp/docs.png"); b.close()
        print("\n".join(logs))
