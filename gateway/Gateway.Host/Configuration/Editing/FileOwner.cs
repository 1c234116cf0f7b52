using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gateway.Host.Configuration.Editing;

/// <summary>Gives a file the owner of another, so that the service still reads a configuration that root has changed. Linux only, as the appliance is.</summary>
internal static partial class FileOwner
{
    private const int CurrentDirectory = -100;
    private const uint UserAndGroup = 0x8 | 0x10;
    private const int StatBytes = 256;
    private const int UserAt = 20;
    private const int GroupAt = 24;

    /// <summary>False when the owner could not be given.</summary>
    public static bool Copy(string from, string to)
    {
        if (Read(from) is not { } wanted || Read(to) is not { } had) return false;
        return wanted == had || chown(to, wanted.User, wanted.Group) == 0;
    }

    private static (uint User, uint Group)? Read(string path)
    {
        // struct statx has one layout on every processor, unlike struct stat.
        var buffer = new byte[StatBytes];
        if (statx(CurrentDirectory, path, 0, UserAndGroup, buffer) != 0) return null;
        return (BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(UserAt)), BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(GroupAt)));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, [Out] byte[] buffer);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);
}
