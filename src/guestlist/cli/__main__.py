from guestlist.cli.main import main

main()
