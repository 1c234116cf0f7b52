using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Presence.Core.Ports;

namespace Presence.Engine;

/// <summary>Ids from the system's random source, fetched many at a time.</summary>
public sealed class RandomIds : IIdSource
{
    private readonly Lock _lock = new();
    private readonly UInt128[] _ids = new UInt128[64];
    private int _left;

    public UInt128 NextId()
    {
        lock (_lock)
        {
            if (_left == 0)
            {
                RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_ids.AsSpan()));
                _left = _ids.Length;
            }

            return _ids[--_left];
        }
    }

    public double NextJitter() => (uint)NextId() / (double)uint.MaxValue;
}
