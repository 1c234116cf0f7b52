using System.Net;
using System.Net.Sockets;

namespace Load.Subjects;

/// <summary>What starting other people's servers takes.</summary>
internal static class Lab
{
    public const string ComponentSecret = "component";

    public static string Sources => Path.Combine(Repository.Root, "tests/Load/servers");

    /// <summary>Writes the configuration <paramref name="file"/> into <paramref name="folder"/> with <c>{{NAME}}</c> replaced; gives where it is.</summary>
    public static string Fill(string file, string folder, IEnumerable<(string Name, string Value)> values)
    {
        var text = File.ReadAllText(Path.Combine(Sources, file));
        foreach (var (name, value) in values) text = text.Replace("{{" + name + "}}", value, StringComparison.Ordinal);
        var filled = Path.Combine(folder, file);
        File.WriteAllText(filled, text);
        return filled;
    }

    public static async Task ListeningAsync(IPEndPoint address)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var tries = 0; tries < 1_200; tries++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address);
                return;
            }
            catch (SocketException)
            {
                await timer.WaitForNextTickAsync();
            }
        }

        throw new LoadFailureException($"nothing listens on {address} after 120 s");
    }
}
