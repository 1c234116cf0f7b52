using System.Security.Cryptography;
using System.Text;

namespace XmppPeer.Trust;

/// <summary>Keys only we can make and only we check: by XEP-0185, or as Openfire does it, a digest of stream id and secret (field fact E4).</summary>
public static class DialbackKeys
{
    public static string Make(Persona persona, string receiving, string originating, string streamId)
    {
        if (persona.IsOpenfire) return Hex(SHA1.HashData(Encoding.UTF8.GetBytes(streamId + persona.Secret)));
        var key = Encoding.UTF8.GetBytes(Hex(SHA256.HashData(Encoding.UTF8.GetBytes(persona.Secret))));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{receiving} {originating} {streamId}")));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
