using Presence.Core.Model;

namespace Presence.Core.Documents;

/// <summary>An address as one stored key, domain first so that a domain's users stand together: <c>capulet.example/juliet</c>. A domain never holds a slash.</summary>
public static class AddressKey
{
    public static string Write(Address address) => string.Concat(address.Domain, "/", address.Local);

    public static Address Read(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) throw new DocumentException($"'{key}' is not an address key.");
        return new Address(key[(slash + 1)..], key[..slash]);
    }
}
