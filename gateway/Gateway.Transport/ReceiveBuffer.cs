using System.Buffers;

namespace Gateway.Transport;

/// <summary>Received bytes the owner has not used yet, contiguous, in a pooled array that grows to a limit and shrinks when empty.</summary>
internal sealed class ReceiveBuffer(int bytesMax)
{
    private const int FirstBytes = 16 * 1024;
    private const int KeptBytesMax = 64 * 1024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _start;
    private int _end;

    internal ReadOnlyMemory<byte> Unread => _bytes.AsMemory(_start, _end - _start);

    internal void Received(int count) => _end += count;

    internal void Consume(int count)
    {
        _start += count;
        if (_start < _end) return;
        (_start, _end) = (0, 0);
        if (_bytes.Length <= KeptBytesMax) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);
    }

    internal bool TryMakeRoom(out Memory<byte> room)
    {
        var unread = _end - _start;
        room = default;
        if (unread >= bytesMax) return false;
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
        ArrayPool<byte>.Shared.Return(_bytes);
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
