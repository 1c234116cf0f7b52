using System.Security.Cryptography;
using System.Text;

namespace Gateway.Xmpp.Protocol.Dialback;

/// <summary>
/// Dialback keys made and checked by XEP-0185: HMAC-SHA256 over <c>receiving originating stream-id</c> with the hexadecimal SHA-256 of the installation's
/// secret. Keys of peers are opaque and never looked at: they only travel.
/// </summary>
public sealed class DialbackKeys
{
    private readonly byte[] _key;

    /// <summary>Keys under one secret, shared by all nodes of an installation.</summary>
    public DialbackKeys(string secret) => _key = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret))));

    /// <summary>The key that the originating server shows to the receiving one on the stream of that id.</summary>
    public string Make(string receiving, string originating, string streamId) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{receiving} {originating} {streamId}")));

    /// <summary>True when we, as authoritative server, made this key. Compares in constant time.</summary>
    public bool IsOurs(string key, string receiving, string originating, string streamId) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(Make(receiving, originating, streamId)));
}
