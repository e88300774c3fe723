export default function Page() {
  return <h1>hello from journal standalone</h1>;
}
