import { render } from "preact";

render(<p>You are at {location.pathname}</p>, document.getElementById("app"));
