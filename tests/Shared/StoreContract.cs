using System.Security.Cryptography;
using CdcLake.Storage;

namespace CdcLake.Tests.Shared;

/// <summary>What every store must do, as checks by name: each gets an empty store of its own. Run against local folders, the fake and real servers.</summary>
internal static class StoreContract
{
    private static readonly Dictionary<string, Func<IObjectStore, Task>> Checks = new(StringComparer.Ordinal)
    {
        ["objects are written, replaced, read and removed whole"] = WholeObjectsAsync,
        ["object appears when its writer is completed"] = WriterAsync,
        ["large object is written in parts"] = LargeAsync,
        ["writer that is not completed leaves nothing"] = AbandonedAsync,
        ["exactly one of many creates a new name"] = CreationAsync,
        ["listing has all names in order"] = ListingAsync,
        ["many objects are removed"] = RemovalAsync,
        ["any range is read"] = RangesAsync,
        ["odd names are names"] = NamesAsync,
        ["age of an object is known"] = AgeAsync,
    };

    /// <summary>For <c>[MemberData]</c>.</summary>
    public static TheoryData<string> Names => new(Checks.Keys);

    public static Task RunAsync(string check, IObjectStore store) => Checks[check](store);

    private static CancellationToken None => CancellationToken.None;

    private static async Task WholeObjectsAsync(IObjectStore store)
    {
        Assert.Null(await store.TryReadAsync("a/x", None));
        await store.PutAsync("a/x", "1"u8.ToArray(), None);
        await store.PutAsync("a/x", "22"u8.ToArray(), None);
        Assert.Equal("22"u8.ToArray(), await store.TryReadAsync("a/x", None));
        await store.PutAsync("a/empty", default, None);
        Assert.Empty((await store.TryReadAsync("a/empty", None))!);
        await store.DeleteAsync("a/x", None);
        await store.DeleteAsync("a/x", None);
        await store.DeleteAsync("no/such", None);
        Assert.Null(await store.TryReadAsync("a/x", None));
        await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenReadAsync("a/x", None));
    }

    private static async Task AgeAsync(IObjectStore store)
    {
        Assert.Null(await store.LastModifiedAsync("a/x", None));
        var before = DateTimeOffset.UtcNow;
        await store.PutAsync("a/x", "1"u8.ToArray(), None);
        var written = (await store.LastModifiedAsync("a/x", None))!.Value;
        Assert.InRange(written, before.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1)); // a store tells seconds only, by a clock of its own
    }

    private static async Task WriterAsync(IObjectStore store)
    {
        await using var writer = await store.CreateAsync("d/w", None);
        await writer.WriteAsync("hello "u8.ToArray(), None);
        Assert.Null(await store.TryReadAsync("d/w", None));
        await writer.WriteAsync("world"u8.ToArray(), None);
        Assert.Equal(11, writer.Length);
        await writer.CompleteAsync(None);
        Assert.Equal("hello world"u8.ToArray(), await store.TryReadAsync("d/w", None));
        await using (var empty = await store.CreateAsync("d/empty", None))
        {
            await empty.CompleteAsync(None);
        }

        Assert.Empty((await store.TryReadAsync("d/empty", None))!);
    }

    private static async Task LargeAsync(IObjectStore store)
    {
        var content = Content((13 << 20) + 12_345);
        await using (var writer = await store.CreateAsync("large", None))
        {
            for (var at = 0; at < content.Length;)
            {
                var count = Math.Min(content.Length - at, 1 + (at % 777_777));
                await writer.WriteAsync(content.AsMemory(at, count), None);
                at += count;
            }

            await writer.CompleteAsync(None);
        }

        var read = await store.TryReadAsync("large", None);
        Assert.True(content.AsSpan().SequenceEqual(read));
    }

    private static async Task AbandonedAsync(IObjectStore store)
    {
        foreach (var bytes in new[] { 0, 1000, 12 << 20 })
        {
            await using var writer = await store.CreateAsync("abandoned", None);
            await writer.WriteAsync(Content(bytes), None);
        }

        Assert.Null(await store.TryReadAsync("abandoned", None));
        Assert.Empty(await ListAsync(store, ""));
    }

    private static async Task CreationAsync(IObjectStore store)
    {
        for (var round = 0; round < 10; round++)
        {
            var name = $"v{round}.json";
            var wins = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => store.TryPutNewAsync(name, new[] { (byte)i }, None))));
            Assert.Single(wins, w => w);
            Assert.Equal((byte)Array.IndexOf(wins, true), Assert.Single((await store.TryReadAsync(name, None))!));
            Assert.False(await store.TryPutNewAsync(name, "other"u8.ToArray(), None));
        }
    }

    private static async Task ListingAsync(IObjectStore store)
    {
        string[] names = [.. Enumerable.Range(0, 23).Select(i => $"t/m/v{i}.json").Append("t/m2/x").Append("t/d/a=1/y").Append("u")];
        await Task.WhenAll(names.Select(n => store.PutAsync(n, "x"u8.ToArray(), None)));
        Assert.Equal(names.Order(StringComparer.Ordinal), await ListAsync(store, ""));
        Assert.Equal(names.Where(n => n.StartsWith("t/m/", StringComparison.Ordinal)).Order(StringComparer.Ordinal), await ListAsync(store, "t/m/"));
        Assert.Equal(["t/m/v1.json", "t/m/v10.json", "t/m/v11.json", "t/m/v12.json", "t/m/v13.json", "t/m/v14.json", "t/m/v15.json", "t/m/v16.json", "t/m/v17.json", "t/m/v18.json", "t/m/v19.json"],
            await ListAsync(store, "t/m/v1"));
        Assert.Equal(24, (await ListAsync(store, "t/m")).Count);
        Assert.Empty(await ListAsync(store, "nothing/here"));
    }

    private static async Task RemovalAsync(IObjectStore store)
    {
        string[] names = [.. Enumerable.Range(0, 30).Select(i => $"r/{i} &<>\"'.x")];
        await Task.WhenAll(names.Select(n => store.PutAsync(n, "x"u8.ToArray(), None)));
        await store.DeleteManyAsync([], None);
        await store.DeleteManyAsync([.. names.Skip(1), "r/missing"], None);
        Assert.Equal([names[0]], await ListAsync(store, ""));
        await store.DeleteManyAsync([names[0]], None);
        Assert.Empty(await ListAsync(store, ""));
    }

    private static async Task RangesAsync(IObjectStore store)
    {
        var content = Content((9 << 20) + 77);
        foreach (var length in new[] { 0, 1, 300_000, content.Length })
        {
            var part = content[..length];
            await store.PutAsync("ranges", part, None);
            await using var stream = await store.OpenReadAsync("ranges", None);
            Assert.Equal(length, stream.Length);
            var offsets = new[] { length - 8, 0, length / 2, length / 3, (length / 3) + 100_000, length - 70_000, 1, length - 1, length };
            foreach (var offset in offsets.Where(o => o >= 0))
            {
                var bytes = new byte[130_000];
                stream.Position = offset;
                var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false);
                Assert.Equal(Math.Clamp(length - offset, 0, bytes.Length), read);
                Assert.True(part.AsSpan(Math.Min(offset, length), read).SequenceEqual(bytes.AsSpan(0, read)), $"{read} bytes from {offset} of {length}");
            }

            stream.Position = 0;
            var all = new MemoryStream();
            await stream.CopyToAsync(all);
            Assert.True(part.AsSpan().SequenceEqual(all.ToArray()));
        }
    }

    private static async Task NamesAsync(IObjectStore store)
    {
        string[] names = ["a b/c+d", "p=1%2F2/x", "ü/日本/😀", "q?x=1&y=2", "h#x", "t~.-_!*'();:@,$", "a\\b"];
        foreach (var name in names.Where(n => Path.DirectorySeparatorChar == '/' || !n.Contains('\\', StringComparison.Ordinal)))
        {
            await store.PutAsync(name, "x"u8.ToArray(), None);
            Assert.Equal(name, store.NameOf(store.UriOf(name)));
            Assert.NotNull(await store.TryReadAsync(name, None));
            Assert.Equal([name], await ListAsync(store, name[..1]));
            await store.DeleteAsync(name, None);
        }

        foreach (var name in new[] { "", "/a", "a/", "a//b", "../a", "a/./b" })
        {
            await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync(name, default, None));
        }
    }

    private static async Task<List<string>> ListAsync(IObjectStore store, string prefix)
    {
        var names = new List<string>();
        await foreach (var name in store.ListAsync(prefix, None))
        {
            names.Add(name);
        }

        return names;
    }

    private static byte[] Content(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i += 32)
        {
            SHA256.HashData(BitConverter.GetBytes(i)).AsSpan(0, Math.Min(32, length - i)).CopyTo(bytes.AsSpan(i));
        }

        return bytes;
    }
}
