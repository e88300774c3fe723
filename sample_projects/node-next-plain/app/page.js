export default function Page() {
  return <h1>hello from journal plain</h1>;
}
