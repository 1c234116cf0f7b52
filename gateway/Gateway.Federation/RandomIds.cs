using System.Buffers.Binary;
using System.Security.Cryptography;
using Presence.Core.Ports;

namespace Gateway.Federation;

/// <summary>Unpredictable ids. Each thread draws them from its own block of random bytes, so that one id costs no call into the operating system.</summary>
public sealed class RandomIds : IIdSource
{
    private const int BlockBytes = 1_024;
    private const int IdBytes = 16;

    [ThreadStatic]
    private static byte[]? block;

    [ThreadStatic]
    private static int used;

    public UInt128 NextId()
    {
        if (block is null || used == BlockBytes)
        {
            block ??= new byte[BlockBytes];
            RandomNumberGenerator.Fill(block);
            used = 0;
        }

        var id = BinaryPrimitives.ReadUInt128LittleEndian(block.AsSpan(used, IdBytes));
        used += IdBytes;
        return id;
    }

    public double NextJitter() => Random.Shared.NextDouble();
}
