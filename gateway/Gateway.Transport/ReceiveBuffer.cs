using System.Buffers;

namespace Gateway.Transport;

/// <summary>Received bytes the owner has not used yet, contiguous, in a pooled array that grows to a limit. An empty one has no array: most connections are idle, and there are thousands.</summary>
internal sealed class ReceiveBuffer(int bytesMax)
{
    private const int FirstBytes = 16 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    internal ReadOnlyMemory<byte> Unread => _bytes.AsMemory(_start, _end - _start);

    internal bool IsEmpty => _start == _end;

    internal void Received(int count) => _end += count;

    internal void Consume(int count)
    {
        _start += count;
        if (_start == _end) Release();
    }

    internal bool TryMakeRoom(out Memory<byte> room)
    {
        var unread = _end - _start;
        room = default;
        if (unread >= bytesMax) return false;
        if (_bytes.Length == 0) _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
        // A rest at the front of much room costs a copy of the rest; a full array costs a larger one.
        if (_start > 0 && _bytes.Length - _end < FirstBytes / 2) Move(_bytes);
        if (_bytes.Length - _end < FirstBytes / 4)
        {
            var bigger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
            var old = _bytes;
            Move(bigger);
            ArrayPool<byte>.Shared.Return(old);
        }
        room = _bytes.AsMemory(_end, Math.Min(_bytes.Length - _end, bytesMax - unread));
        return true;
    }

    internal void Release()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        (_start, _end) = (0, 0);
    }

    private void Move(byte[] to)
    {
        _bytes.AsSpan(_start, _end - _start).CopyTo(to);
        (_start, _end) = (0, _end - _start);
        _bytes = to;
    }
}
