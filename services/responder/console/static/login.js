// A key behind the address's # is taken over, and goes no further: browsers do not send that part.
const given = decodeURIComponent(location.hash.slice(1));
if (given) {
  history.replaceState(null, "", location.pathname);
  const field = document.getElementById("key");
  field.value = given;
  field.form.submit();
}
