"""python -m gateway all | api"""

from gateway.app import main

main()
