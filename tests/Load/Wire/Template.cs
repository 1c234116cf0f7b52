using System.Text;

namespace Load.Wire;

/// <summary>A request or stanza made once, with the places where the sequence number (<c>{#}</c>) and a second counter (<c>{+}</c>) go; writing it costs one copy.</summary>
internal sealed class Template
{
    private readonly byte[] bytes;
    private readonly List<int> sequencePlaces = [];
    private readonly List<int> counterPlaces = [];

    public Template(string text)
    {
        var made = new StringBuilder(text.Length + 32);
        for (var i = 0; i < text.Length; i++)
        {
            var token = i + 3 <= text.Length ? text.AsSpan(i, 3) : default;
            var places = token is "{#}" ? sequencePlaces : token is "{+}" ? counterPlaces : null;
            if (places is null)
            {
                made.Append(text[i]);
                continue;
            }

            places.Add(made.Length);
            made.Append('0', Mark.Digits);
            i += 2;
        }

        bytes = Encoding.ASCII.GetBytes(made.ToString());
    }

    /// <summary>How long <paramref name="text"/> is once its places are filled.</summary>
    public static int LengthOf(string text) => new Template(text).bytes.Length;

    public void WriteTo(WriteQueue queue, long sequence, long counter = 0)
    {
        lock (queue.Gate)
        {
            var target = queue.Take(bytes.Length);
            bytes.CopyTo(target);
            foreach (var place in sequencePlaces) Mark.Write(target[place..], sequence);
            foreach (var place in counterPlaces) Mark.Write(target[place..], counter);
        }
    }
}
