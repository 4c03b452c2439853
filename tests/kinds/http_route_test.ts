import { httpRoute } from "../../src/kinds/http_route.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(httpRoute);

check("accepted", {
  status: "Ready",
  message: "Accepted by public, shared",
  references: [
    "attached-to -> Gateway infra/shared",
    "attached-to -> Gateway shop/public",
    "routes-to -> Service other/canary",
    "routes-to -> Service shop/web",
  ],
});
check("new", { status: "Pending", message: "No parent has answered yet" });
check("undecided", { status: "Pending", message: "No parent has answered yet" });
check("refused_by_one", {
  status: "Error",
  message: "Not accepted by shared: NotAllowedByListeners: no listener allows the namespace",
});
check("missing_backend", {
  status: "Error",
  message: "public cannot resolve a reference: BackendNotFound: Service web does not exist",
});
check("behind", { status: "Pending", message: "Generation 1 of 2 is observed" });
check("malformed", { status: "Unknown", references: [] });
